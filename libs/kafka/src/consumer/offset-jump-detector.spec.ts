import { OffsetJumpDetector } from './offset-jump-detector.js';

describe('the watch over offsets', () => {
  let watch: OffsetJumpDetector;
  beforeEach(() => {
    watch = new OffsetJumpDetector();
    expect(watch.arrived(0, '100')).toBeNull();
  });

  it('is quiet while each batch begins where the one before was left', () => {
    watch.handled(0, '109');
    expect(watch.arrived(0, '110')).toBeNull();
    expect(watch.arrived(0, '110')).toBeNull();
    expect(watch.arrived(1, '5000')).toBeNull();
  });

  it('sees messages left out', () => {
    watch.handled(0, '109');
    expect(watch.arrived(0, '150')).toEqual({
      partition: 0,
      kind: 'skipped',
      expected: '110',
      found: '150',
    });
    expect(watch.arrived(0, '150')).toBeNull();
  });

  it('sees a partition that begins again', () => {
    watch.handled(0, '109');
    expect(watch.arrived(0, '0')).toMatchObject({ kind: 'went-back', expected: '110', found: '0' });
    watch.handled(0, '3');
    expect(watch.arrived(0, '4')).toBeNull();
  });

  it('takes it from others as it comes when the group was new, but never from before a commit', () => {
    watch.handled(0, '109');
    watch.committed(0, '110');
    watch.partitionsRevoked();
    expect(watch.arrived(0, '900')).toBeNull();
    watch.partitionsRevoked();
    expect(watch.arrived(0, '110')).toBeNull();
    watch.partitionsRevoked();
    expect(watch.arrived(0, '0')).toMatchObject({ kind: 'went-back', expected: '110', found: '0' });
  });

  it('tells once of an offset that is out of range, with what was expected', () => {
    watch.handled(0, '109');
    expect(watch.outOfRange(0)).toEqual({
      partition: 0,
      kind: 'out-of-range',
      expected: '110',
      found: null,
    });
    expect(watch.arrived(0, '0')).toBeNull();
    expect(watch.outOfRange(7)).toMatchObject({ expected: null });
  });

  it('compares as whole numbers of any size', () => {
    watch.handled(0, '9007199254740993');
    expect(watch.arrived(0, '9007199254740994')).toBeNull();
  });
});
