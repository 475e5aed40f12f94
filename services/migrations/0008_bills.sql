-- Bills: what a month cost, from inputs that are kept with it; closed ones never change, they are restated.

-- Which meters a contract supplies: those that name it, and for a site's own contract those of the carrier that name none.
-- `parent_id` only where the parent is supplied by the same contract; a meter without one, that is not a mere sum of
-- others for a report (virtual without a meter below it), is a main meter.
CREATE VIEW contract_meter AS
WITH member AS (
  SELECT c.id AS contract_id, m.id AS meter_id, m.code, m.kind, m.parent_id, m.space_id, m.org_unit_id, m.retired_at
  FROM contract AS c
  JOIN meter AS m ON m.site_id = c.site_id AND m.carrier = c.carrier
   AND (m.contract_id = c.id OR m.contract IS NULL AND m.contract_id IS NULL AND c.is_default AND c.retired_at IS NULL)
)
SELECT m.contract_id, m.meter_id, m.code, m.kind, up.meter_id AS parent_id, m.space_id, m.org_unit_id, m.retired_at,
       up.meter_id IS NULL AND (m.kind <> 'virtual' OR EXISTS (
         SELECT FROM member AS below WHERE below.parent_id = m.meter_id AND below.contract_id = m.contract_id
       )) AS is_main
FROM member AS m LEFT JOIN member AS up ON up.meter_id = m.parent_id AND up.contract_id = m.contract_id;

-- `reference` is its public name: site/contract/2026-04/space/b1/f2/1. It stays when a code of it is renamed.
CREATE TABLE bill (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference   text NOT NULL UNIQUE,
  contract_id int NOT NULL REFERENCES contract,
  subject     text NOT NULL CHECK (subject IN ('meter', 'space', 'org_unit')),
  meter_id    int REFERENCES meter,
  space_id    int REFERENCES space,
  org_unit_id int REFERENCES org_unit,
  name        text NOT NULL,                         -- of the subject, when the bill was made: a code or a path
  month       date NOT NULL CHECK (extract(day FROM month) = 1),
  number      int NOT NULL CHECK (number > 0),       -- 1, then that of each restatement
  status      text NOT NULL CHECK (status IN ('draft', 'closed', 'restatement')),
  restates_id bigint UNIQUE REFERENCES bill,
  inputs      jsonb NOT NULL,                        -- everything the lines were worked out from
  currency    text NOT NULL,
  total       numeric NOT NULL,
  actor_id    int NOT NULL REFERENCES actor,
  reason      text NOT NULL DEFAULT '',
  at          timestamptz NOT NULL DEFAULT now(),
  UNIQUE (contract_id, month, subject, name, number),
  CHECK (num_nonnulls(meter_id, space_id, org_unit_id) = 1),
  CHECK ((status = 'restatement') = (restates_id IS NOT NULL)),
  CHECK ((status = 'restatement') = (number > 1)),
  CHECK (status <> 'restatement' OR reason <> '')
);

CREATE TABLE bill_line (
  bill_id              bigint NOT NULL REFERENCES bill,
  position             int NOT NULL,
  kind                 text NOT NULL,                -- analytics.billing.bill.LineKind
  component            text NOT NULL,
  name                 text NOT NULL,
  name_zh              text,
  band                 int2,
  quantity             numeric NOT NULL,
  unit                 text NOT NULL,
  price                numeric NOT NULL,
  amount               numeric NOT NULL,
  from_day             date NOT NULL,
  until_day            date NOT NULL CHECK (until_day > from_day),
  in_power_factor_base boolean NOT NULL,
  detail               text NOT NULL DEFAULT '',
  PRIMARY KEY (bill_id, position)
);

-- A draft may go or become closed; nothing else about a bill is ever changed.
CREATE FUNCTION keep_bill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'draft' THEN
    RAISE EXCEPTION 'bill % is %: it does not change, restate it', OLD.reference, OLD.status USING ERRCODE = 'check_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER keep_bill BEFORE UPDATE OR DELETE ON bill FOR EACH ROW EXECUTE FUNCTION keep_bill();

CREATE FUNCTION keep_bill_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM bill WHERE id = OLD.bill_id AND status <> 'draft') THEN
    RAISE EXCEPTION 'a line of a closed bill does not change: restate the bill' USING ERRCODE = 'check_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER keep_bill_line BEFORE UPDATE OR DELETE ON bill_line FOR EACH ROW EXECUTE FUNCTION keep_bill_line();

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
