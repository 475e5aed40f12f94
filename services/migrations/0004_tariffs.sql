-- What energy costs, and which band an instant falls into.
--
--   tariff, holiday_calendar          documents, as they were applied; every version stays
--   contract -> contract_term         who supplies a site with a carrier, under which tariff, from which local day
--   band_calendar -> calendar_piece   the tariffs of a contract written out: one row for each quarter hour (or part of one)
--   critical_day                      a critical-peak day called for a date
--
-- Bands are numbers in the order of their price: analytics/tariffs/bands.py names them.

CREATE TABLE tariff (
  id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code       code NOT NULL,
  digest     text NOT NULL,                          -- of the document: the same text applied again is the same version
  document   jsonb NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  actor_id   int NOT NULL REFERENCES actor,
  UNIQUE (code, digest)
);

CREATE TABLE holiday_calendar (
  id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code       code NOT NULL,
  digest     text NOT NULL,
  document   jsonb NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  actor_id   int NOT NULL REFERENCES actor,
  UNIQUE (code, digest)
);

CREATE TABLE contract (
  id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id    int NOT NULL REFERENCES site,
  code       code NOT NULL,
  name       text NOT NULL CHECK (name <> ''),
  name_zh    text,
  carrier    text NOT NULL,
  currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  is_default boolean NOT NULL DEFAULT true,          -- for all meters of the carrier on this site that name no other
  retired_at timestamptz,
  UNIQUE (site_id, code)
);
CREATE UNIQUE INDEX contract_default ON contract (site_id, carrier) WHERE is_default AND retired_at IS NULL;

-- In force from its first local day until the next term begins. `tariff` names a code; the newest applied version holds.
CREATE TABLE contract_term (
  contract_id int NOT NULL REFERENCES contract,
  valid_from  date NOT NULL,
  tariff      code NOT NULL,
  terms       jsonb NOT NULL,                        -- analytics.tariffs.model.Terms
  PRIMARY KEY (contract_id, valid_from)
);

CREATE TABLE critical_day (
  contract_id int NOT NULL REFERENCES contract,
  day         date NOT NULL,
  actor_id    int NOT NULL REFERENCES actor,
  reason      text NOT NULL CHECK (reason <> ''),
  at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (contract_id, day)
);

-- A site's calendar without a contract knows local hours, days and months, and band 0 (unbilled).
CREATE TABLE band_calendar (
  id          int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id     int NOT NULL REFERENCES site,
  contract_id int REFERENCES contract,
  stale_since date,                                  -- pieces and roll-ups from this local day on are to be worked out anew
  stale_at    timestamptz,                           -- when that was last said
  UNIQUE NULLS NOT DISTINCT (site_id, contract_id),
  CHECK ((stale_since IS NULL) = (stale_at IS NULL))
);

-- [start, stop): a quarter hour of UTC, or a part of one where a band edge falls inside. Edges are only ever added.
CREATE TABLE calendar_piece (
  calendar_id int4 NOT NULL REFERENCES band_calendar,
  start       timestamptz NOT NULL,
  stop        timestamptz NOT NULL CHECK (stop > start),
  band        int2 NOT NULL CHECK (band BETWEEN 0 AND 5),
  hour        timestamptz NOT NULL,                  -- the start of the local hour
  day         date NOT NULL,                         -- the local day
  month       date NOT NULL,                         -- the first day of the local month
  PRIMARY KEY (calendar_id, start)
);
