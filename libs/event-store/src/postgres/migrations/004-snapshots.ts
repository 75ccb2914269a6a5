/** The table is a cache, which may be emptied at any time. */
export const createSnapshots = `
create table event_store.snapshots (
  stream text collate "C" not null,
  key text collate "C" not null,
  revision bigint not null,
  hash bytea not null check (octet_length(hash) = 32),
  state text not null,
  primary key (stream, key)
);
`;
