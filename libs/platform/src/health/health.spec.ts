import { StallDetector } from './stall-detector.js';
import { GREEN, Health } from './health.js';

describe('Readiness', () => {
  it('is red until every component has reported', () => {
    const health = new Health(['kafka', 'store']);
    health.report('kafka', GREEN);
    expect(health.ready()).toEqual({
      ok: false,
      parts: { kafka: GREEN, store: { state: 'red', reason: 'has not started' } },
    });
    health.report('store', GREEN);
    expect(health.ready().ok).toBe(true);
  });

  it('holds with an amber component and not with a red one, and gives the reasons', () => {
    const health = new Health(['kafka']);
    health.report('kafka', { state: 'amber', reason: 'partition 3 is paused' });
    expect(health.ready()).toMatchObject({
      ok: true,
      parts: { kafka: { state: 'amber', reason: 'partition 3 is paused' } },
    });
    health.report('kafka', { state: 'red', reason: 'left the group' });
    expect(health.ready()).toMatchObject({
      ok: false,
      parts: { kafka: { state: 'red', reason: 'left the group' } },
    });
    expect(health.live().ok).toBe(true);
  });

  it('is lost for good, like liveness, when the process is marked as dead', () => {
    const health = new Health([]);
    expect(health.live().ok).toBe(true);
    health.markDead('the consumer crashed');
    expect(health.live()).toMatchObject({
      ok: false,
      parts: { process: { reason: 'the consumer crashed' } },
    });
    expect(health.ready().ok).toBe(false);
  });

  it('computes the status of a check on each probe', () => {
    const health = new Health(['flow']);
    let red = false;
    health.addCheck('flow', () => (red ? { state: 'red', reason: 'still' } : GREEN));
    expect(health.ready().ok).toBe(true);
    red = true;
    expect(health.ready().ok).toBe(false);
  });
});

describe('The stall detector', () => {
  let now = 0;
  const detector = () => {
    now = 0;
    return new StallDetector({ now: () => now }, 10_000);
  };

  it('is green while nothing waits', () => {
    const idle = detector();
    now = 1e9;
    expect(idle.status()).toEqual(GREEN);
  });

  it('is red when work waits and none is completed, and green again when some is', () => {
    const stuck = detector();
    now = 60_000;
    stuck.reportWaiting(5);
    now = 69_999;
    expect(stuck.status()).toEqual(GREEN);
    now = 71_000;
    stuck.reportWaiting(6);
    expect(stuck.status()).toEqual({
      state: 'red',
      reason: '6 waiting, none completed for 11 s',
    });
    stuck.reportProgress();
    expect(stuck.status()).toEqual(GREEN);
  });

  it('is green under any load that makes progress', () => {
    const busy = detector();
    for (now = 0; now < 100_000; now += 5_000) {
      busy.reportWaiting(1_000);
      busy.reportProgress();
      expect(busy.status()).toEqual(GREEN);
    }
  });
});
