import type { EventStore } from '../port.js';
import type { OpenStore } from '../testing/stream-writer.js';

/** Tests and servers share a machine here, so both clocks are one; only what a call takes lies between. */
const APART_MS_MAX = 30_000;

export function storeClockContract(open: OpenStore): void {
  describe('its clock', () => {
    let store: EventStore;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it('tells the time of day in milliseconds, and does not run backwards', async () => {
      const first = await store.timeOfDay();
      const second = await store.timeOfDay();
      expect(Number.isSafeInteger(first)).toBe(true);
      expect(Math.abs(first - Date.now())).toBeLessThan(APART_MS_MAX);
      expect(second).toBeGreaterThanOrEqual(first);
    });
  });
}
