import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Loaded into every process whose memory is watched. V8 lets garbage lie for as long as the machine
// has room for it; without it, what a process holds is what it needs, and a leak can't hide in it.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
setInterval(collect, 2_500).unref();
