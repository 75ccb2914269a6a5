import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

const documented = Object.keys(parseEnv(text('.env.example')));

/** The names in a schema of variables, which are in capitals at the beginning of a line. */
const declaredIn = (path: string): string[] =>
  [...text(path).matchAll(/^ {2,6}([A-Z][A-Z0-9_]{3,}):/gm)].map(([, name = '']) => name);

const SCHEMAS = [
  'libs/platform/src/config/ledger-variables.ts',
  'libs/platform/src/config/kafka-variables.ts',
  'libs/platform/src/config/senders-variables.ts',
  'apps/api/src/api-variables.ts',
  'apps/intake/src/intake-variables.ts',
  'apps/projector/src/main.ts',
  'apps/sweeper/src/main.ts',
  'apps/migrate/src/migrate-variables.ts',
  'stack/src/stack-config.ts',
];

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test?: readonly string[] };
}

const compose = parse(text('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
};

describe('.env.example', () => {
  it('names every variable that a process reads, and no other', () => {
    const composeOnly = [
      'POSTGRES_PASSWORD',
      'EVENTSTORE_PORT',
      ...['API', 'INTAKE', 'SWEEPER', 'PROJECTOR', 'AUDITOR'].map((app) => `${app}_DB_PASSWORD`),
    ];
    const declared = new Set([...SCHEMAS.flatMap(declaredIn), ...composeOnly]);
    expect([...documented].sort()).toEqual([...declared].sort());
  });

  it('is read only by the main.ts of each process and by the stack', () => {
    const files = ['apps', 'libs', 'stack'].flatMap((folder) => filesOf(folder));
    const readers = files.filter((path) => /process\.env\b/.test(text(path)));
    // Code that starts servers and processes passes its own environment on.
    const allowed = /^(apps\/[a-z-]+\/src\/main\.ts$|stack\/|libs\/embedded\/)/;
    expect(files.length).toBeGreaterThan(100);
    expect(readers.filter((path) => !allowed.test(path))).toEqual([]);
  });
});

describe('docker-compose.yml', () => {
  const services = Object.entries(compose.services);

  it('has the servers of a cluster and every app', () => {
    expect(Object.keys(compose.services).sort()).toEqual([
      'api',
      'eventstore',
      'intake',
      'kafka',
      'migrate',
      'postgres',
      'projector',
      'sweeper',
    ]);
  });

  it.each(services)('defines the command and the health check of %s', (name, service) => {
    expect(service.image).toMatch(/^[a-z/-]+(:[\w.-]+)?$/);
    expect(service.build === undefined).toBe(/:/.test(service.image ?? ''));
    // A service that runs to its end has an exit code instead of a health check.
    if (name !== 'migrate') expect(service.healthcheck?.test?.[0]).toBe('CMD');
  });

  it('opens ports on the loopback address only, and the API’s where it is documented', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports).toHaveLength(4);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\$\{[A-Z_]+:-\d+\}:\d+$/);
  });

  it('uses only variables that .env.example names', () => {
    const taken = [...text('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map(
      ([, name]) => name,
    );
    expect(taken.length).toBeGreaterThan(5);
    for (const name of taken) expect(documented).toContain(name);
  });

  it('gives no serving process the login of another one or of the owner', () => {
    const migrate = compose.services['migrate']?.environment ?? {};
    const [owner = ''] = /points:[^@]*/.exec(migrate['MIGRATION_URL'] ?? '') ?? [];
    for (const app of ['api', 'intake', 'sweeper', 'projector']) {
      const { DATABASE_URL: url = '', ...others } = compose.services[app]?.environment ?? {};
      const [, password = ''] = new RegExp(`^postgres://points_${app}:(.+)@`).exec(url) ?? [];
      expect(migrate['LOGIN_PASSWORDS']).toContain(`${app}:${password}`);
      expect(password).toContain(`${app.toUpperCase()}_DB_PASSWORD`);
      expect(JSON.stringify(others)).not.toContain(owner);
      expect(others['MIGRATION_URL'] ?? others['LOGIN_PASSWORDS']).toBeUndefined();
    }
  });

  it('gives the apps only variables that they read', () => {
    const given = Object.keys(compose.services['api']?.environment ?? {});
    expect(given.length).toBeGreaterThan(5);
    for (const name of given) expect(documented).toContain(name);
  });
});

function filesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path}`)
    .filter(
      (path) =>
        path.endsWith('.ts') &&
        !/\.(spec|suite|contract)\.ts$|apps\/web|libs\/testing|\/testing\//.test(path),
    );
}
