import { Businesses, NO_BUSINESSES, type Business } from './businesses.js';

const business = (code: string, label: string, retired = false): Business => ({
  code,
  label,
  unit: 'call',
  price: null,
  retired,
});

const businesses = new Businesses([
  business('video', '【视频生成】'),
  business('tts', '【配音合成】', true),
  business('sing', '唱歌'),
]);

describe('businesses', () => {
  it('are named by their labels without brackets', () => {
    expect(['video', 'sing'].map((code) => businesses.nameOf(code))).toEqual(['视频生成', '唱歌']);
  });

  it('are named by their codes as long as nobody has told their labels', () => {
    expect(NO_BUSINESSES.nameOf('video')).toBe('video');
    expect(businesses.nameOf('chat')).toBe('chat');
  });

  it('stand in the order of the settings, unknown ones last', () => {
    expect(businesses.inOrder(['zoo', 'sing', 'chat', 'video', 'sing'])).toEqual([
      'video',
      'sing',
      'chat',
      'zoo',
    ]);
  });

  it('tell which of them are retired', () => {
    expect(['video', 'tts', 'chat'].map((code) => businesses.isRetired(code))).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('have a colour each, as long as there are enough', () => {
    const many = new Businesses(Array.from({ length: 9 }, (_, at) => business(`b${at}`, 'x')));
    const colours = many.all.map(({ code }) => many.colourOf(code));
    expect(colours).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0]);
  });
});
