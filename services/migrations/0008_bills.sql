-- Bills: what a month cost, from inputs that are kept with it; closed ones never change, they are restated.

CREATE TABLE bill (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  contract_id int NOT NULL REFERENCES contract,
  subject     text NOT NULL CHECK (subject IN ('meter', 'space', 'org_unit')),
  meter_id    int REFERENCES meter,
  space_id    int REFERENCES space,
  org_unit_id int REFERENCES org_unit,
  month       date NOT NULL CHECK (extract(day FROM month) = 1),
  status      text NOT NULL CHECK (status IN ('draft', 'closed', 'restatement')),
  restates_id bigint REFERENCES bill,
  inputs      jsonb NOT NULL,                        -- everything the lines were worked out from
  currency    text NOT NULL,
  total       numeric NOT NULL,
  actor_id    int NOT NULL REFERENCES actor,
  reason      text NOT NULL DEFAULT '',
  at          timestamptz NOT NULL DEFAULT now(),
  CHECK (num_nonnulls(meter_id, space_id, org_unit_id) = 1),
  CHECK ((status = 'restatement') = (restates_id IS NOT NULL))
);
CREATE INDEX bill_by_month ON bill (contract_id, month);

CREATE TABLE bill_line (
  bill_id   bigint NOT NULL REFERENCES bill,
  position  int NOT NULL,
  component text NOT NULL,
  band      int2,
  quantity  numeric NOT NULL,
  unit      text NOT NULL,
  price     numeric NOT NULL,
  amount    numeric NOT NULL,
  detail    text NOT NULL DEFAULT '',
  PRIMARY KEY (bill_id, position)
);

CREATE TABLE supplier_invoice (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  contract_id int NOT NULL REFERENCES contract,
  month       date NOT NULL CHECK (extract(day FROM month) = 1),
  number      text NOT NULL CHECK (number <> ''),
  currency    text NOT NULL,
  total       numeric NOT NULL,
  actor_id    int NOT NULL REFERENCES actor,
  at          timestamptz NOT NULL DEFAULT now(),
  UNIQUE (contract_id, month, number)
);

CREATE TABLE supplier_invoice_line (
  invoice_id bigint NOT NULL REFERENCES supplier_invoice,
  position   int NOT NULL,
  component  text NOT NULL,
  band       int2,
  quantity   numeric,
  unit       text,
  price      numeric,
  amount     numeric NOT NULL,
  PRIMARY KEY (invoice_id, position)
);
