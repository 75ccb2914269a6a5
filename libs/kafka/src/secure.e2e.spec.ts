import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#embedded';
import { connectKafka, type KafkaSasl, type KafkaTls } from './connection.js';
import { START_MS_MAX, startTestKafka, type TestKafka } from './testing/test-kafka.js';
import { OutcomeProducer } from './producer/outcome-producer.js';

const PASSWORD = 'a-test-password';
const HANDLER = 'org.apache.kafka.common.security';

describe('a Kafka behind TLS and SASL', () => {
  let folder: string;
  let kafka: TestKafka;
  let brokers: string[];
  let ca: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'points-ledger-tls-'));
    ca = makeCertificate(folder);
    const port = await freePort();
    brokers = [`127.0.0.1:${port}`];
    kafka = await securedKafka(port);
    await kafka.createTopic('secured');
  }, START_MS_MAX);
  afterAll(async () => {
    await kafka.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Besides the plain listener, which brokers use among themselves. */
  async function securedKafka(port: number): Promise<TestKafka> {
    const open = await freePort();
    const controller = await freePort();
    const listener = 'listener.name.sasl_ssl';
    return startTestKafka({
      port: open,
      controllerPort: controller,
      scramUsers: [
        { mechanism: 'SCRAM-SHA-256', username: 'points', password: PASSWORD },
        { mechanism: 'SCRAM-SHA-512', username: 'points', password: PASSWORD },
      ],
      properties: {
        listeners: `PLAINTEXT://127.0.0.1:${open},SASL_SSL://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
        'advertised.listeners': `PLAINTEXT://127.0.0.1:${open},SASL_SSL://127.0.0.1:${port}`,
        'ssl.keystore.location': join(folder, 'broker.p12'),
        'ssl.keystore.type': 'PKCS12',
        'ssl.keystore.password': PASSWORD,
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
        [`${listener}.plain.sasl.jaas.config`]: `${HANDLER}.plain.PlainLoginModule required user_points="${PASSWORD}";`,
        [`${listener}.scram-sha-256.sasl.jaas.config`]: `${HANDLER}.scram.ScramLoginModule required;`,
        [`${listener}.scram-sha-512.sasl.jaas.config`]: `${HANDLER}.scram.ScramLoginModule required;`,
      },
    });
  }

  async function sendWith(options: { tls?: KafkaTls; sasl?: KafkaSasl }): Promise<void> {
    const connection = connectKafka({
      brokers,
      clientId: 'test',
      retry: { retries: 1 },
      ...options,
    });
    const producer = new OutcomeProducer(connection);
    try {
      await producer.send([{ topic: 'secured', key: 'k', value: 'v' }]);
    } finally {
      await producer.close();
    }
  }

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'is connected to with %s',
    async (mechanism) => {
      await sendWith({ tls: { ca }, sasl: { mechanism, username: 'points', password: PASSWORD } });
    },
  );

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'is not connected to with a wrong password by %s',
    async (mechanism) => {
      const sasl = { mechanism, username: 'points', password: 'wrong' };
      await expect(sendWith({ tls: { ca }, sasl })).rejects.toThrow(/uthentication/);
    },
  );

  it('is not connected to when its certificate is not trusted', async () => {
    const sasl = { mechanism: 'plain', username: 'points', password: PASSWORD } as const;
    await expect(sendWith({ tls: {}, sasl })).rejects.toThrow(/self.signed certificate/);
  });

  it('is not connected to without TLS', async () => {
    const sasl = { mechanism: 'plain', username: 'points', password: PASSWORD } as const;
    await expect(sendWith({ sasl })).rejects.toThrow();
  });
});

/** Creates a certificate with keytool, which comes with Java, and returns it in PEM. */
function makeCertificate(folder: string): string {
  const keytool = process.env['JAVA_HOME']
    ? join(process.env['JAVA_HOME'], 'bin', 'keytool')
    : 'keytool';
  const store = [
    '-keystore',
    join(folder, 'broker.p12'),
    '-storepass',
    PASSWORD,
    '-alias',
    'broker',
  ];
  execFileSync(
    keytool,
    [
      '-genkeypair',
      ...store,
      '-storetype',
      'PKCS12',
      '-keyalg',
      'RSA',
      '-dname',
      'CN=localhost',
      '-ext',
      'san=ip:127.0.0.1,dns:localhost',
      '-validity',
      '2',
    ],
    { stdio: 'pipe' },
  );
  return execFileSync(keytool, ['-exportcert', ...store, '-rfc'], { stdio: 'pipe' }).toString();
}
