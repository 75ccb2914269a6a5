import { GREEN, Health } from './health.js';
import { createMetrics } from '../metrics/metrics.js';
import { serveProbes } from './probe-server.js';

describe('The probe server', () => {
  it('serves liveness, readiness and metrics, and nothing else', async () => {
    const health = new Health(['kafka']);
    const probes = await serveProbes({ port: 0, health, metrics: createMetrics('test') });
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${probes.port}${path}`);
      return { status: response.status, body: await response.text() };
    };

    expect((await get('/health/live')).status).toBe(200);
    const waiting = await get('/health/ready');
    expect(waiting.status).toBe(503);
    expect(JSON.parse(waiting.body)).toEqual({
      status: 'unavailable',
      parts: { kafka: { state: 'red', reason: 'has not started' } },
    });
    health.report('kafka', GREEN);
    expect((await get('/health/ready')).status).toBe(200);
    expect((await get('/metrics')).body).toMatch(/process_cpu_seconds_total\{app="test"\}/);
    expect((await get('/')).status).toBe(404);
    await probes.close();
  });
});
