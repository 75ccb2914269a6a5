import { parseUserId } from '../format/user-id.js';
import { NO_FILTER, parseFilter, type Filter } from './filter.js';

export const VIEWS = ['usage', 'audit'] as const;
export type View = (typeof VIEWS)[number];

/** Where the reader is: all of it stands in the address, so that it can be kept, sent and gone back to. */
export interface Route {
  readonly view: View;
  /** null: whoever the reader is. */
  readonly user: string | null;
  readonly filter: Filter;
  /** The row whose story is open: by its row_ref, or by an id of a link from before there was one. */
  readonly row: string | null;
}

export const HOME_ROUTE: Route = { view: 'usage', user: null, filter: NO_FILTER, row: null };

export function parseRoute({ pathname, search }: Pick<URL, 'pathname' | 'search'>): Route {
  const params = new URLSearchParams(search);
  const row = params.get('row') ?? '';
  return {
    view: pathname === '/audit' ? 'audit' : 'usage',
    user: parseUserId(params.get('user') ?? ''),
    filter: parseFilter(params),
    row: /^([1-9]\d{0,14}|r\d{1,15}\.\d{1,9})$/.test(row) ? row : null,
  };
}

export function urlOf({ view, user, filter, row }: Route): string {
  const params = Object.entries({ user, ...filter, row }).flatMap(([name, value]) =>
    value === null ? [] : [[name, String(value)]],
  );
  const search = new URLSearchParams(params).toString();
  return `${view === 'audit' ? '/audit' : '/'}${search === '' ? '' : `?${search}`}`;
}
