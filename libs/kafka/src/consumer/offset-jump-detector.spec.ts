import { OffsetJumpDetector } from './offset-jump-detector.js';

describe('the detector of offset jumps', () => {
  let detector: OffsetJumpDetector;
  beforeEach(() => {
    detector = new OffsetJumpDetector();
    expect(detector.arrived(0, '100')).toBeNull();
  });

  it('reports nothing while each batch starts where the one before ended', () => {
    detector.handled(0, '109');
    expect(detector.arrived(0, '110')).toBeNull();
    expect(detector.arrived(0, '110')).toBeNull();
    expect(detector.arrived(1, '5000')).toBeNull();
  });

  it('reports skipped messages', () => {
    detector.handled(0, '109');
    expect(detector.arrived(0, '150')).toEqual({
      partition: 0,
      kind: 'skipped',
      expected: '110',
      found: '150',
    });
    expect(detector.arrived(0, '150')).toBeNull();
  });

  it('reports a partition that starts again from an earlier offset', () => {
    detector.handled(0, '109');
    expect(detector.arrived(0, '0')).toMatchObject({
      kind: 'went-back',
      expected: '110',
      found: '0',
    });
    detector.handled(0, '3');
    expect(detector.arrived(0, '4')).toBeNull();
  });

  it('accepts any offset after a rebalance, but none before a commit of its own', () => {
    detector.handled(0, '109');
    detector.committed(0, '110');
    detector.partitionsRevoked();
    expect(detector.arrived(0, '900')).toBeNull();
    detector.partitionsRevoked();
    expect(detector.arrived(0, '110')).toBeNull();
    detector.partitionsRevoked();
    expect(detector.arrived(0, '0')).toMatchObject({
      kind: 'went-back',
      expected: '110',
      found: '0',
    });
  });

  it('reports an offset that is out of range once, with the expected one', () => {
    detector.handled(0, '109');
    expect(detector.outOfRange(0)).toEqual({
      partition: 0,
      kind: 'out-of-range',
      expected: '110',
      found: null,
    });
    expect(detector.arrived(0, '0')).toBeNull();
    expect(detector.outOfRange(7)).toMatchObject({ expected: null });
  });

  it('compares offsets of any size exactly', () => {
    detector.handled(0, '9007199254740993');
    expect(detector.arrived(0, '9007199254740994')).toBeNull();
  });
});
