import { HOME_ROUTE, urlOf, parseRoute, type Route } from './route.js';

const at = (address: string): Route => parseRoute(new URL(address, 'http://ledger.test'));

describe('a place', () => {
  it('is kept whole in its address', () => {
    const route: Route = {
      view: 'audit',
      user: '0a11ce00-0000-4000-8000-000000000001',
      filter: { type: 'refund', business: 'video', from: '2030-01-31', to: '2030-02-01' },
      row: 'r17.0',
    };
    expect(at(urlOf(route))).toEqual(route);
    expect(urlOf(HOME_ROUTE)).toBe('/');
    expect(at('/')).toEqual(HOME_ROUTE);
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
    expect(at(address)).toEqual(HOME_ROUTE),
  );
});
