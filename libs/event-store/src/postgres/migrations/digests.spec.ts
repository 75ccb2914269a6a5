import { digestOf } from '#migrations';
import { EVENT_STORE_PLAN } from './index.js';

/** Databases store these digests, and a program with another digest refuses to start. */
const RELEASED = [
  '728afa26f34d8839c8943e63a6f2ab4e3126f404d40bd86a02655fdc49d035a6',
  'af4f4e09f28f0b3dae768499b3795ddcb0829d5a44f6bd7728c1a4fdd2f5f019',
  '577a6c917662f23a17835535d5556460f8218e19ec703cf604a2831b0ae86884',
  '246be56718e8283860746017b522fbcaf88b244b2ea52c6fc3ed8876e417672f',
  '69e4b0d56cdb4449004ecad76144f95a79baa651946fbb50450abc801c96fc7c',
  '6308e0b36383d2ff68378e119600452f143abb42e08442fccae2f6a36aa475f8',
  'a7b253f304a64daa28dc6ef1dee58e6cdb3631f24eeef822228cf04fd80d9e04',
];

describe('The released migrations of the event store', () => {
  it('keep their digests', () => {
    expect(EVENT_STORE_PLAN.migrations.map(digestOf).slice(0, RELEASED.length)).toEqual(RELEASED);
  });
});
