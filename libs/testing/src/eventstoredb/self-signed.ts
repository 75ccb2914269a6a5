import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { TlsOptions } from './protocol-server.js';

const DAY_MS = 86_400_000;
const TAG = { integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, utf8: 0x0c } as const;
const MORE = { time: 0x18, sequence: 0x30, set: 0x31, version: 0xa0, extensions: 0xa3 } as const;
const SAN = { dns: 0x82, ip: 0x87 } as const;

const OID = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  basicConstraints: '551d13',
  subjectAltName: '551d11',
} as const;

/** A new certificate for 127.0.0.1 and localhost, valid for a day. */
export function selfSigned(): TlsOptions {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const name = sequence(
    der(MORE.set, sequence(oid(OID.commonName), der(TAG.utf8, Buffer.from('test only')))),
  );
  const body = sequence(
    der(MORE.version, der(TAG.integer, Buffer.from([2]))),
    der(TAG.integer, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name,
    sequence(time(Date.now() - DAY_MS), time(Date.now() + DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(MORE.extensions, sequence(isItsOwnAuthority(), isForThisMachine())),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = sequence(body, algorithm, der(TAG.bits, Buffer.from([0]), signature));
  return {
    cert: pem('CERTIFICATE', certificate),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const isItsOwnAuthority = (): Buffer =>
  sequence(oid(OID.basicConstraints), der(TAG.octets, sequence(der(0x01, Buffer.from([0xff])))));

const isForThisMachine = (): Buffer =>
  sequence(
    oid(OID.subjectAltName),
    der(
      TAG.octets,
      sequence(der(SAN.dns, Buffer.from('localhost')), der(SAN.ip, Buffer.from([127, 0, 0, 1]))),
    ),
  );

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...(length < 0x80 ? [length] : long)]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(MORE.sequence, ...parts);
const oid = (hex: string): Buffer => der(TAG.oid, Buffer.from(hex, 'hex'));
const time = (ms: number): Buffer =>
  der(
    MORE.time,
    Buffer.from(
      new Date(ms)
        .toISOString()
        .replace(/\D|\.\d+/g, '')
        .slice(0, 14) + 'Z',
    ),
  );

const pem = (label: string, content: Buffer): string =>
  `-----BEGIN ${label}-----\n${content.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;
