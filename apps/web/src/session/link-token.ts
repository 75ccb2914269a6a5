/** What a link may bring along behind the #, where no server and no log sees it. */
export interface Brought {
  readonly token: string;
  readonly user: string | null;
}

export function broughtBy(fragment: string): Brought | null {
  const said = new URLSearchParams(fragment.replace(/^#/, ''));
  const token = said.get('token');
  return token === null || token === '' ? null : { token, user: said.get('user') };
}
