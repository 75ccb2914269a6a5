import { HOME, addressOf, placeOf, type Place } from './place.js';

const at = (address: string): Place => placeOf(new URL(address, 'http://ledger.test'));

describe('a place', () => {
  it('is kept whole in its address', () => {
    const place: Place = {
      view: 'audit',
      user: '0a11ce00-0000-4000-8000-000000000001',
      filter: { type: 'refund', business: 'video', from: '2030-01-31', to: '2030-02-01' },
      row: 'r17.0',
    };
    expect(at(addressOf(place))).toEqual(place);
    expect(addressOf(HOME)).toBe('/');
    expect(at('/')).toEqual(HOME);
  });

  it('may name its row by an id, as links did before', () => {
    expect(at('/?row=17').row).toBe('17');
  });

  it.each([
    '/nowhere',
    '/?row=x&user=alice',
    '/?row=-1',
    '/?row=0',
    '/?row=r1',
    '/?row=1.0',
    '/?type=gift',
  ])('is home when %p says nothing that makes sense', (address) =>
    expect(at(address)).toEqual(HOME),
  );
});
