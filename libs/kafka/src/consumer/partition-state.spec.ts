import { PartitionState } from './partition-state.js';

describe('the state of a partition', () => {
  let state: PartitionState;
  beforeEach(() => {
    state = new PartitionState({ subBatchMessagesMax: 1_000, subBatchMsMax: 1_000 });
  });

  it('allows larger sub-batches while they are quick', () => {
    const before = state.messagesMax;
    state.succeeded(before, 10);
    expect(state.messagesMax).toBe(2 * before);
  });

  it('counts failures in a row, and tells of a recovery once', () => {
    state.failed();
    state.failed();
    expect(state.failures).toBe(2);
    expect(state.succeeded(1, 1)).toBe(true);
    expect(state.failures).toBe(0);
    expect(state.succeeded(1, 1)).toBe(false);
  });

  it('allows one message at a time until the isolated ones are handled', () => {
    const before = state.messagesMax;
    state.isolate(3);
    for (let handled = 0; handled < 3; handled++) {
      expect(state.messagesMax).toBe(1);
      state.succeeded(1, 1);
    }
    expect(state.messagesMax).toBe(before);
  });

  it('goes on isolating after a failure', () => {
    state.isolate(2);
    state.failed();
    expect(state.messagesMax).toBe(1);
  });

  it('allows two refetches of a batch, and as many of the next one', () => {
    const three = (): boolean[] => [state.mayRefetch(), state.mayRefetch(), state.mayRefetch()];
    expect(three()).toEqual([true, true, false]);
    state.succeeded(1, 1);
    expect(three()).toEqual([true, true, false]);
  });
});
