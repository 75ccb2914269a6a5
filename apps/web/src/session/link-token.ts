/** What a link may bring along behind the #, where no server and no log sees it. */
export interface LinkToken {
  readonly token: string;
  readonly user: string | null;
}

export function parseLinkToken(fragment: string): LinkToken | null {
  const params = new URLSearchParams(fragment.replace(/^#/, ''));
  const token = params.get('token');
  return token === null || token === '' ? null : { token, user: params.get('user') };
}
