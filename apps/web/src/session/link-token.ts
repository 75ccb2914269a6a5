/** A link may carry a token in its fragment, which no server and no log sees. */
export interface LinkToken {
  readonly token: string;
  readonly user: string | null;
}

export function parseLinkToken(fragment: string): LinkToken | null {
  const params = new URLSearchParams(fragment.replace(/^#/, ''));
  const token = params.get('token');
  return token === null || token === '' ? null : { token, user: params.get('user') };
}
