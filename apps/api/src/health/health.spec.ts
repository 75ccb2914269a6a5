import type { Position } from '#event-store';
import { SYSTEM_CLOCK } from '#async';
import { GREEN, Health } from '#platform/process';
import { eventually, openTestApi } from '../testing/api-fixture.js';
import { startHealthChecks, type HealthCheck } from './periodic-health-check.js';
import { READ_STALL_MS_MAX, clockCheck, readProgressCheck, storeChecks } from './health-checks.js';

describe('the probes', () => {
  it('distinguish liveness from readiness, and name the component that is not ready', async () => {
    const health = new Health(['event store']);
    const api = await openTestApi({ parts: { health } });
    const get = (url: string) => api.app.inject({ url });
    expect((await get('/health/live')).statusCode).toBe(200);
    const red = await get('/health/ready');
    expect(red.statusCode).toBe(503);
    expect(red.json()).toMatchObject({
      status: 'unavailable',
      parts: { 'event store': { state: 'red' } },
    });
    health.report('event store', GREEN);
    expect((await get('/health/ready')).statusCode).toBe(200);
    health.markDead('nothing helps');
    expect((await get('/health/live')).statusCode).toBe(503);
    await api.close();
  });

  it('serve metrics to Prometheus', async () => {
    const api = await openTestApi();
    const response = await api.app.inject({ url: '/metrics' });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toMatch('text/plain');
    await api.close();
  });
});

describe('the probes of a process with a separate metrics port', () => {
  it('answer on the public port without details and without metrics', async () => {
    const health = new Health(['event store']);
    const api = await openTestApi({ parts: { health, hasMetricsPort: true } });
    const get = async (url: string) => {
      const { statusCode, body } = await api.app.inject({ url });
      return { statusCode, body };
    };
    const red = { statusCode: 503, body: '{"status":"unavailable"}' };
    const green = { statusCode: 200, body: '{"status":"ok"}' };
    expect(await get('/health/live')).toEqual(green);
    expect(await get('/health/ready')).toEqual(red);
    health.report('event store', GREEN);
    expect(await get('/health/ready')).toEqual(green);
    const metrics = await api.app.inject({ url: '/metrics' });
    expect(metrics.statusCode).toBe(404);
    expect(metrics.headers['content-type']).toMatch('application/problem+json');
    health.markDead('nothing helps');
    expect(await get('/health/live')).toEqual(red);
    await api.close();
  });
});

describe('the periodic health check', () => {
  const hurried = { after: (_: number, then: () => void) => SYSTEM_CLOCK.after(5, then) };

  it('reports the status of each component periodically', async () => {
    const health = new Health(['a', 'b']);
    let a: () => Promise<string | null> = () => Promise.resolve(null);
    const checks: HealthCheck[] = [
      { part: 'a', run: () => a() },
      { part: 'b', run: () => new Promise(() => undefined) },
    ];
    const checking = startHealthChecks(checks, health, hurried);
    const statesAre = (states: object) => () => expect(health.ready().parts).toMatchObject(states);
    const late = { state: 'red', reason: 'does not respond' };
    await eventually(statesAre({ a: { state: 'green' }, b: late }));
    a = () => Promise.reject(new Error('connect 10.1.2.3'));
    await eventually(statesAre({ a: { state: 'red', reason: 'is unavailable' } }));
    a = () => Promise.resolve(null);
    await eventually(statesAre({ a: { state: 'green' } }));
    await checking.stop();
  });
});

describe('the health checks', () => {
  const NOW = Date.parse('2030-01-01T00:00:00Z');
  const apart = (ms: number) =>
    clockCheck(
      { timeOfDay: () => NOW },
      { databaseTimeOfDay: () => Promise.resolve(NOW + ms) },
    ).run();

  it.each([0, 5_000, -5_000])(
    'accept a clock that is %i ms apart from the database',
    async (ms) => {
      expect(await apart(ms)).toBeNull();
    },
  );

  it.each([5_001, -60_000])('reject a clock that is %i ms apart from the database', async (ms) => {
    expect(await apart(ms)).toMatch(/apart/);
  });

  it('do not mistake a slow answer for a wrong clock', async () => {
    let now = NOW;
    const clock = { timeOfDay: () => now };
    const check = clockCheck(clock, {
      databaseTimeOfDay: () => {
        now += 8_000;
        return Promise.resolve(NOW + 4_000);
      },
    });
    expect(await check.run()).toBeNull();
  });

  it('query both stores', async () => {
    const away = () => Promise.reject(new Error('away'));
    const [store, tables] = storeChecks({ head: away }, { position: () => Promise.resolve(null) });
    await expect(store?.run()).rejects.toThrow('away');
    expect(await tables?.run()).toBeNull();
  });

  describe('of read progress', () => {
    const at = (place: number) => `memory:${String(place).padStart(16, '0')}` as Position;

    function reads() {
      const is = { head: at(0), position: at(0), now: 0 };
      const check = readProgressCheck(
        { head: async () => is.head },
        { position: async () => is.position },
        { now: () => is.now },
      );
      return { is, look: () => check.run() };
    }

    it('are green while no event is waiting, however long nothing happens', async () => {
      const { is, look } = reads();
      is.now = 100 * READ_STALL_MS_MAX;
      expect(await look()).toBeNull();
    });

    it('report a stall when events are waiting and the tables do not change', async () => {
      const { is, look } = reads();
      expect(await look()).toBeNull();
      is.head = at(5);
      is.now = READ_STALL_MS_MAX;
      expect(await look()).toBeNull();
      is.now += 1_000;
      expect(await look()).toMatch(/have not changed for 61 s/);
      is.position = at(3);
      expect(await look()).toBeNull();
      is.now += READ_STALL_MS_MAX + 1;
      expect(await look()).toMatch(/not changed/);
      is.position = at(5);
      expect(await look()).toBeNull();
    });
  });
});
