-- pgbench's script: one durable booking, as one call and one transaction.
\set calendar random(1, 1000)
select book(:calendar);
