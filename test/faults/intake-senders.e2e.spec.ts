import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPICS, commandMessage, type CommandBody, type OutgoingMessage } from '#contracts';
import { signMessage } from '#identity';
import { eventually } from '#testing';
import { GROUP, IntakeStack } from './intake-stack.js';
import type { IntakeProcess } from './intake-process.js';

// Unknown producers write to a real broker, and the intake runs as in production.

const ENTRY = join(import.meta.dirname, '../../dist/apps/intake/src/main.js');
const SECRET = 'the key of billing, thirty-two bytes long';
const GUESSED = 'a guessed key with enough characters';
const KEY = { id: '2026-11', secret: SECRET };
const END_MS_MAX = 120_000;

const billing = {
  name: 'billing',
  sources: ['/billing'],
  types: ['RechargePoints'],
  points_max: 1_000,
  keys: [{ id: KEY.id, secret_env: 'BILLING_KEY' }],
};
const later = { name: 'later', sources: ['/later/*'], types: ['RechargePoints'], unsigned: true };

describe('An intake with a senders file', () => {
  const lab = new IntakeStack();
  const folder = mkdtempSync(join(tmpdir(), 'points-ledger-senders-'));
  const file = join(folder, 'senders.json');
  let intake: IntakeProcess;

  const write = (...senders: unknown[]): void => {
    writeFileSync(`${file}.next`, JSON.stringify({ senders }));
    renameSync(`${file}.next`, file);
  };

  beforeAll(async () => {
    await lab.open();
    write(billing);
    intake = await lab.startIntake(GROUP, { SENDERS_FILE: file, BILLING_KEY: SECRET });
  });

  afterAll(async () => {
    await lab.close();
    rmSync(folder, { recursive: true });
  });

  const recharge = (user_id: string, points = 100): CommandBody => ({
    type: 'RechargePoints',
    data: { user_id, points, expires_at: null },
  });
  const message = (user: string, id: string, source = '/billing', points = 100) =>
    commandMessage(recharge(user, points), { id, source });
  const sign = (one: OutgoingMessage, topic: string = TOPICS.commands, key = KEY) =>
    signMessage(one, topic, key);

  it('refuses unknown producers, and executes what a known sender signed', async () => {
    const victim = randomUUID();
    const other = randomUUID();
    const ofOther = sign(message(other, 'order-1'));
    const forged: OutgoingMessage[] = [
      message(victim, 'order-1'),
      message(victim, 'm-1', '/mint'),
      message(victim, 'm-2', 'API:demo'),
      message(victim, 'm-3', ' api:demo'),
      message(victim, 'm-4', 'api\u200b:demo'),
      sign(message(victim, 'order-1'), TOPICS.commands, { ...KEY, secret: GUESSED }),
      sign(message(victim, 'order-1'), 'points.test'),
      // This message was signed for another user, and then changed to this one.
      { ...ofOther, key: victim, value: ofOther.value.replace(other, victim) },
      sign(message(victim, 'order-2', '/billing', 1_001)),
    ];
    await lab.publish([...forged, ofOther, sign(message(victim, 'order-1'))]);
    await lab.waitUntilCommitted();
    const { recorded, sent } = await lab.resultsOf([victim, other]);
    const minted = recorded
      .filter(({ stream }) => [victim, other].some((user) => stream.endsWith(user)))
      .map(({ stream, type }) => [stream, type]);
    expect(minted.sort()).toEqual(
      [victim, other].map((user) => [`points-${user}`, 'PointsRecharged']).sort(),
    );
    const reasons = sent.flatMap(({ headers }) => String(headers?.['dead-reason'] ?? 'outcome'));
    const count = (reason: string): number => reasons.filter((one) => one === reason).length;
    expect([count('NotAllowed'), count('Invalid'), count('outcome')]).toEqual([6, 3, 2]);
    expect(await intake.metric('ledger_not_allowed_total', 'cause="signature"')).toBe(3);
    expect(await intake.metric('ledger_not_allowed_total', 'sender="\\(unknown\\)"')).toBe(1);
  });

  it('loads a changed file, and keeps the previous one when the new one is invalid', async () => {
    const user = randomUUID();
    const balanceOf = async (): Promise<number> => {
      const { recorded } = await lab.resultsOf([user]);
      return recorded.filter(({ stream }) => stream.endsWith(user)).length;
    };
    const taken = () => intake.metric('ledger_senders_file_reads_total', 'result="taken"');
    await lab.publish([message(user, 'a', '/later/1')]);
    await lab.waitUntilCommitted();
    expect(await balanceOf()).toBe(0);
    write(billing, later);
    await eventually(async () => expect(await taken()).toBe(2));
    await lab.publish([message(user, 'a', '/later/1')]);
    await lab.waitUntilCommitted();
    expect(await balanceOf()).toBe(1);
    writeFileSync(file, '{"senders": [');
    await eventually(async () =>
      expect(await intake.metric('ledger_senders_file_rejected')).toBe(1),
    );
    await lab.publish([message(user, 'b', '/later/1')]);
    await lab.waitUntilCommitted();
    expect(await balanceOf()).toBe(2);
  });

  it('does not start without configured senders', () => {
    const address = 'postgres://127.0.0.1:1/none';
    const { status, stderr } = spawnSync(process.execPath, [ENTRY], {
      env: {
        PATH: process.env['PATH'],
        EVENT_STORE: address,
        DATABASE_URL: address,
        KAFKA_BROKERS: '127.0.0.1:1',
      },
      encoding: 'utf8',
      timeout: END_MS_MAX,
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/SENDERS_FILE: is not set.*SENDERS=anybody/);
  });
});
