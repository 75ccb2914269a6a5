/**
 * A function that turns a revision and a line into a bound on the ids of an account: rows from there on have
 * this id or a greater one. Ids change when an account is refolded or the tables are rebuilt, revision and
 * line never do. As with times, a binary search over (user_id, id) finds it.
 */
export const ID_AT = `
  create function mjk_point_id_at(of_user uuid, of_revision bigint, of_line integer) returns bigint
  language plpgsql stable as $$
  declare
    low bigint := 0;
    high bigint;
    middle bigint;
    found record;
  begin
    select id into high from mjk_point_transactions
      where user_id = of_user order by id desc limit 1;
    high := coalesce(high, 0) + 1;
    while low < high loop
      middle := (low + high) / 2;
      select id, revision, line into found from mjk_point_transaction_lines
        where user_id = of_user and id >= middle order by id limit 1;
      if (found.revision, found.line) < (of_revision, of_line) then low := found.id + 1;
      else high := middle;
      end if;
    end loop;
    return low;
  end $$;`;
