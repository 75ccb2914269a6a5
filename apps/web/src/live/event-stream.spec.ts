import fc from 'fast-check';
import { EventStreamParser } from './event-stream.js';

const TEXT = [
  'retry: 1000\nid: 7\nevent: open\ndata: {}\n\n',
  ': heartbeat\n\n',
  'id: 8\r\nevent: transaction\r\ndata: {"a":\r\ndata: 1}\r\n\r\n',
  'data:no space\n\n',
].join('');

const EVENTS = [
  { event: 'open', data: '{}', id: '7' },
  { event: 'transaction', data: '{"a":\n1}', id: '8' },
  { event: 'message', data: 'no space', id: null },
];

describe('the event stream parser', () => {
  it('returns the same events however the text is cut into chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(TEXT.length), { maxLength: 12 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), TEXT.length];
        const parser = new EventStreamParser();
        const events = places.slice(1).flatMap((end, i) => parser.read(TEXT.slice(places[i], end)));
        expect(events).toEqual(EVENTS);
      }),
    );
  });

  it('returns an event only when it is complete', () => {
    const parser = new EventStreamParser();
    expect(parser.read('data: 1\n')).toEqual([]);
    expect(parser.read('\n')).toEqual([{ event: 'message', data: '1', id: null }]);
  });
});
