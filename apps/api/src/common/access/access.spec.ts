import { ALICE, BOB, bearer, openTestApi, type TestApi } from '../../testing/api-fixture.js';

type Who = 'anonymous' | 'user' | 'service' | 'auditor' | 'admin' | 'no role';

interface Path {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: string;
  /** What a caller with the permission is answered. */
  readonly allowedStatus?: number;
  /** Whether the route is public. */
  readonly open?: true;
  readonly allowed: Readonly<Record<Exclude<Who, 'anonymous' | 'no role'>, 'own' | 'any' | 'no'>>;
}

const account = { user: 'own', service: 'any', auditor: 'any', admin: 'any' } as const;
const audit = { user: 'no', service: 'no', auditor: 'any', admin: 'any' } as const;
const sending = { user: 'no', service: 'any', auditor: 'no', admin: 'no' } as const;
const publishing = { user: 'no', service: 'no', auditor: 'no', admin: 'any' } as const;
const all = { user: 'any', service: 'any', auditor: 'any', admin: 'any' } as const;

const PATHS: readonly Path[] = [
  { method: 'GET', path: '/v1/users/:user_id/transactions', allowed: account },
  // No account has a row 1.
  {
    method: 'GET',
    path: '/v1/users/:user_id/transactions/:id',
    allowed: account,
    allowedStatus: 404,
  },
  { method: 'GET', path: '/v1/users/:user_id/transactions.csv', allowed: account },
  { method: 'GET', path: '/v1/users/:user_id/transactions/stream', allowed: account },
  { method: 'GET', path: '/v1/users/:user_id/balance', allowed: account },
  { method: 'GET', path: '/v1/users/:user_id/batches', allowed: account },
  { method: 'GET', path: '/v1/users/:user_id/usage', allowed: account },
  { method: 'GET', path: '/v1/users/:user_id/events', allowed: audit },
  { method: 'GET', path: '/v1/users/:user_id/state', allowed: audit },
  { method: 'POST', path: '/v1/commands/:type', allowed: sending },
  // No account remembers that command.
  {
    method: 'GET',
    path: '/v1/outcomes',
    query: '?user_id=:user_id&command_source=/x&command_id=none',
    allowed: account,
    allowedStatus: 404,
  },
  { method: 'GET', path: '/v1/settings', allowed: audit },
  { method: 'GET', path: '/v1/settings/:version', allowed: audit },
  // The body is that of a command.
  { method: 'POST', path: '/v1/settings', allowed: publishing, allowedStatus: 400 },
  { method: 'POST', path: '/v1/settings/check', allowed: publishing, allowedStatus: 400 },
  { method: 'POST', path: '/v1/settings/preview', allowed: publishing, allowedStatus: 400 },
  { method: 'GET', path: '/v1/businesses', allowed: all },
  // The body is that of a command, too.
  { method: 'POST', path: '/v1/quotes', allowed: all, allowedStatus: 400 },
  { method: 'GET', path: '/health/live', open: true, allowed: all },
  { method: 'GET', path: '/health/ready', open: true, allowed: all },
  { method: 'GET', path: '/metrics', open: true, allowed: all },
  { method: 'GET', path: '/openapi.json', open: true, allowed: all },
  { method: 'GET', path: '/docs', open: true, allowed: all },
  { method: 'GET', path: '/docs/reference.js', open: true, allowed: all },
  { method: 'GET', path: '/docs/:file', open: true, allowed: all },
];

const TOKENS: Readonly<Record<Exclude<Who, 'anonymous'>, { sub: string; roles: string[] }>> = {
  user: { sub: ALICE, roles: ['user'] },
  service: { sub: ALICE, roles: ['service'] },
  auditor: { sub: ALICE, roles: ['auditor'] },
  admin: { sub: ALICE, roles: ['admin'] },
  'no role': { sub: ALICE, roles: ['root'] },
};

function expected({ open, allowed }: Path, who: Who, whose: 'own' | 'other'): 'yes' | 401 | 403 {
  if (open === true) return 'yes';
  if (who === 'anonymous') return 401;
  if (who === 'no role') return 403;
  const right = allowed[who];
  return right === 'any' || (right === 'own' && whose === 'own') ? 'yes' : 403;
}

const MATRIX = PATHS.flatMap((path) =>
  (['anonymous', 'no role', 'user', 'service', 'auditor', 'admin'] as const).flatMap((who) =>
    (['own', 'other'] as const).map((whose) => ({
      path,
      who,
      whose,
      answer: expected(path, who, whose),
    })),
  ),
);

describe('the authorization matrix', () => {
  let api: TestApi;
  const routes: string[] = [];
  beforeAll(async () => {
    api = await openTestApi({
      readSettings: true,
      parts: {
        streams: { streamsMax: 99, subjectStreamsMax: 99, pollMs: 10, heartbeatMs: 10_000 },
      },
      onRoute: ({ method, url }) => {
        for (const one of [method].flat()) {
          if (one !== 'HEAD') routes.push(`${one} ${url}`);
        }
      },
    });
  });
  afterAll(() => api.close());

  async function statusOf({ method, path, query = '' }: Path, who: Who, whose: 'own' | 'other') {
    const userId = whose === 'own' ? ALICE : BOB;
    const response = await api.app.inject({
      method,
      url: `${path}${query}`
        .replace(':user_id', userId)
        .replace(':id', '1')
        .replace(':type', 'ExpirePoints')
        .replace(':version', '1')
        .replace(':file', 'swagger-ui.css'),
      headers: {
        ...(who !== 'anonymous' && (await bearer(TOKENS[who]))),
        ...(method === 'POST' && {
          'content-type': 'application/json',
          'idempotency-key': `${who}-${whose}`,
        }),
      },
      ...(method === 'POST' && { payload: JSON.stringify({ user_id: userId }) }),
      payloadAsStream: true,
    });
    response.stream().destroy();
    return response.statusCode;
  }

  it.each(MATRIX)(
    '$path.method $path.path as $who ($whose): $answer',
    async ({ path, who, whose, answer }) => {
      const status = await statusOf(path, who, whose);
      const { allowedStatus: allowed = 200 } = path;
      expect(status).toBe(answer === 'yes' ? allowed : answer);
    },
  );

  it('covers every route', () => {
    const named = PATHS.map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(routes)].sort()).toEqual(named.sort());
  });

  it('grants a caller with two roles the permissions of both', async () => {
    const headers = await bearer({ sub: ALICE, roles: ['user', 'auditor'] });
    const statuses = await Promise.all(
      [`/v1/users/${BOB}/state`, `/v1/users/${ALICE}/balance`].map(async (url) => {
        const { statusCode } = await api.app.inject({ url, headers });
        return statusCode;
      }),
    );
    expect(statuses).toEqual([200, 200]);
  });

  it('compares user ids without regard to case', async () => {
    const headers = await bearer({ sub: ALICE.toUpperCase(), roles: ['user'] });
    const mixed = ALICE.replace('a', 'A');
    const { statusCode } = await api.app.inject({ url: `/v1/users/${mixed}/balance`, headers });
    expect(statusCode).toBe(200);
  });

  it('checks the decoded user id of the path', async () => {
    const headers = await bearer({ sub: ALICE, roles: ['user'] });
    const statusOf = async (id: string) =>
      (await api.app.inject({ url: `/v1/users/${id}/balance`, headers })).statusCode;
    expect(await statusOf(ALICE.replaceAll('-', '%2D'))).toBe(200);
    expect(await statusOf(BOB.replaceAll('-', '%2D'))).toBe(403);
    expect(await statusOf(`${ALICE}%2F..%2F${BOB}`)).toBe(403);
  });
});
