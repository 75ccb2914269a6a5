import { HOME_ROUTE, urlOf, parseRoute, type Route } from './route.js';

const at = (address: string): Route => parseRoute(new URL(address, 'http://ledger.test'));

describe('a route', () => {
  it('survives the round trip through its URL', () => {
    const route: Route = {
      view: 'audit',
      user: '0a11ce00-0000-4000-8000-000000000001',
      filter: {
        ...{ type: 'refund', business: 'video', source: '任务 7' },
        ...{ from: '2030-01-31', to: '2030-02-01' },
      },
      row: 'r17.0',
    };
    expect(at(urlOf(route))).toEqual(route);
    expect(urlOf(HOME_ROUTE)).toBe('/');
    expect(at('/')).toEqual(HOME_ROUTE);
    expect(at(urlOf({ ...HOME_ROUTE, view: 'settings' })).view).toBe('settings');
  });

  it('accepts the id of a row, as in old links', () => {
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
  ])('is the home route for %p', (address) => expect(at(address)).toEqual(HOME_ROUTE));
});
