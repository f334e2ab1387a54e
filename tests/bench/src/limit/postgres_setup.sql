-- The limit of a host on PostgreSQL: everything inside one function, so one round trip and no work by a client. A
-- booking is an event of 8 KiB, stored without compression as sealed bytes are, 24 claims at random keys, the head of
-- its calendar's chain, and a leaf. The host writes more for a booking than this.
create table head (calendar int primary key, seq bigint not null, hash bytea);
create table event (calendar int, record bytea, revision int, seq bigint, body bytea, primary key (calendar, record, revision));
create table claim (calendar int, gid bytea, record bytea, primary key (calendar, gid));
create table leaf (id bigserial primary key, hash bytea, salt bytea);
insert into head select calendar, 0, '\x00' from generate_series(1, 1000) calendar;
alter table event alter column body set storage external;
create table body as select string_agg(uuid_send(gen_random_uuid()), ''::bytea) b from generate_series(1, 512);
create function book(cal int) returns bigint language plpgsql as $$
declare rec bytea := uuid_send(gen_random_uuid()); s bigint;
begin
  update head set seq = seq + 1, hash = rec where calendar = cal returning seq into s;
  insert into event select cal, rec, 0, s, b from body;
  insert into claim select cal, uuid_send(gen_random_uuid()), rec from generate_series(1, 24);
  insert into leaf (hash, salt) values (rec, rec);
  return s;
end $$;
