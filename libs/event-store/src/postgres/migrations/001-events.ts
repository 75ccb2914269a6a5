/** The payload is text, because jsonb would store other bytes than were hashed. */
export const createEvents = `
create table event_store.head (
  one boolean primary key default true check (one),
  position bigint not null
) with (fillfactor = 10);
insert into event_store.head values (true, 0);

create table event_store.events (
  position bigint not null,
  revision bigint not null check (revision >= 0),
  id uuid not null,
  recorded_at timestamptz not null default clock_timestamp(),
  stream text collate "C" not null,
  type text not null,
  data text not null,
  meta text not null,
  hash bytea not null check (octet_length(hash) = 32),
  constraint events_position primary key (position),
  constraint events_revision unique (stream, revision),
  constraint events_id unique (id)
);
`;
