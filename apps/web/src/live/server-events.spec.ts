import fc from 'fast-check';
import { ServerEvents } from './server-events.js';

const TEXT = [
  'retry: 1000\nid: 7\nevent: open\ndata: {}\n\n',
  ': still here\n\n',
  'id: 8\r\nevent: transaction\r\ndata: {"a":\r\ndata: 1}\r\n\r\n',
  'data:no space\n\n',
].join('');

const EVENTS = [
  { event: 'open', data: '{}', id: '7' },
  { event: 'transaction', data: '{"a":\n1}', id: '8' },
  { event: 'message', data: 'no space', id: null },
];

describe('server-sent events', () => {
  it('are the same however the text is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(TEXT.length), { maxLength: 12 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), TEXT.length];
        const reader = new ServerEvents();
        const read = places.slice(1).flatMap((end, i) => reader.read(TEXT.slice(places[i], end)));
        expect(read).toEqual(EVENTS);
      }),
    );
  });

  it('are none before they are whole', () => {
    const reader = new ServerEvents();
    expect(reader.read('data: 1\n')).toEqual([]);
    expect(reader.read('\n')).toEqual([{ event: 'message', data: '1', id: null }]);
  });
});
