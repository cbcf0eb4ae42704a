-- The time up to which expired rows were deleted: see src/store/horizon.ts.
create table sweep_horizon (
  singleton bigint primary key not null check (singleton = 1),
  reached bigint not null
);
