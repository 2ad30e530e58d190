-- What a careful team writes on PostgreSQL: the event's row refuses a second of its id, the counter's
-- row stops at its limit, both in the transaction that the caller waits for.
CREATE TABLE usage_event (
    source text NOT NULL,
    id text NOT NULL,
    account text NOT NULL,
    feature text NOT NULL,
    quantity bigint NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, id)
);
-- Room in each page, so that an update stays in it and touches no index.
CREATE TABLE counter (
    account text NOT NULL,
    feature text NOT NULL,
    used bigint NOT NULL,
    at_most bigint NOT NULL,
    PRIMARY KEY (account, feature)
) WITH (fillfactor = 50);

-- What is left, or -2 when the event is known. Raises when the limit stops it.
CREATE FUNCTION consume(of_account text, of_feature text, of_source text, of_id text, n bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE rest bigint;
BEGIN
    INSERT INTO usage_event (source, id, account, feature, quantity)
    VALUES (of_source, of_id, of_account, of_feature, n) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN -2; END IF;
    UPDATE counter SET used = used + n
    WHERE account = of_account AND feature = of_feature AND used + n <= at_most
    RETURNING at_most - used INTO rest;
    IF NOT FOUND THEN RAISE EXCEPTION 'limit_is_reached'; END IF;
    RETURN rest;
END $$;

-- One statement for a batch of one unit each; how many were new. For one client at a time.
CREATE FUNCTION ingest(of_feature text, of_source text, accounts text[], ids text[])
RETURNS bigint LANGUAGE sql AS $$
    WITH fresh AS (
        INSERT INTO usage_event (source, id, account, feature, quantity)
        SELECT of_source, id, account, of_feature, 1
        FROM unnest(ids, accounts) AS event (id, account)
        ON CONFLICT DO NOTHING
        RETURNING account
    ), sums AS (
        SELECT account, count(*) AS n FROM fresh GROUP BY account
    ), counted AS (
        UPDATE counter c SET used = c.used + s.n FROM sums s
        WHERE c.account = s.account AND c.feature = of_feature
        RETURNING s.n
    )
    SELECT coalesce(sum(n), 0)::bigint FROM counted
$$;

-- The same for several clients: counters are locked in one order, so that batches do not deadlock.
CREATE FUNCTION ingest_ordered(of_feature text, of_source text, accounts text[], ids text[])
RETURNS bigint LANGUAGE sql AS $$
    WITH fresh AS (
        INSERT INTO usage_event (source, id, account, feature, quantity)
        SELECT of_source, id, account, of_feature, 1
        FROM unnest(ids, accounts) AS event (id, account)
        ON CONFLICT DO NOTHING
        RETURNING account
    ), sums AS (
        SELECT account, count(*) AS n FROM fresh GROUP BY account
    ), locked AS MATERIALIZED (
        SELECT c.account, c.feature, n FROM counter c JOIN sums USING (account)
        WHERE c.feature = of_feature ORDER BY c.account FOR UPDATE OF c
    ), counted AS (
        UPDATE counter c SET used = c.used + l.n FROM locked l
        WHERE c.account = l.account AND c.feature = l.feature
        RETURNING l.n
    )
    SELECT coalesce(sum(n), 0)::bigint FROM counted
$$;
