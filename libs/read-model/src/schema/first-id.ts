/**
 * A function that turns a time into a bound on the ids of an account: rows from that time on have this id or a
 * greater one. Times of an account never decrease, so that a binary search over the index (user_id, id)
 * finds it, and no index over time is needed.
 */
export const FIRST_ID = `
  create function mjk_point_first_id(of_user uuid, since timestamptz) returns bigint
  language plpgsql stable as $$
  declare
    low bigint := 0;
    high bigint;
    middle bigint;
    found record;
  begin
    if since = '-infinity' then return 0; end if;
    select id into high from mjk_point_transactions
      where user_id = of_user order by id desc limit 1;
    high := coalesce(high, 0) + 1;
    if since = 'infinity' then return high; end if;
    while low < high loop
      middle := (low + high) / 2;
      select id, created_at into found from mjk_point_transactions
        where user_id = of_user and id >= middle order by id limit 1;
      if found.created_at < since then low := found.id + 1; else high := middle; end if;
    end loop;
    return low;
  end $$;`;
