import { digestOf } from '#migrations';
import { MIGRATIONS } from './migrations.js';

/** Databases store these digests, and a program with another digest does not migrate them. */
const RELEASED = [
  '2ad93ee29926803b30d0442149f4fb8b527befc046396221a5a8a97b6e95501b',
  'b484c8d850dfc746b7ed0c212648c0dd529430b60243f572294c08d41712b262',
  'dc02ceda577992d32a934f64fc064913b3aa0e2bde541843182d68d2f2b6c96a',
  '27f08f9e2849312aa6c6f0af416cf98471a335e7177d642c8a8a724e5009c01c',
  'd2ef64428ad841ab33664f7237722848f18d0019ba4fd82e5b7fbc8740708c2b',
  '336bcd037265d58437df4a83b1b6d2af321182df60ca3916ab0b42a08154cfa3',
  '744d141ff1cacc539f71c6f946d2fc5f4bee9dbd7971f3670afd94bc198229f6',
];

describe('The released migrations of the read tables', () => {
  it('keep their digests', () => {
    expect(MIGRATIONS.map(digestOf).slice(0, RELEASED.length)).toEqual(RELEASED);
  });
});
