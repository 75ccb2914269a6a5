import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Loaded into every process whose memory is watched, so that what it shows is what it holds, and a
// leak can't hide in what it does not.
//
// V8 doubles the room for young objects whenever as much as that has survived in it since the last
// time: up to its limit, under any load, sooner or later. Here it stays as small as it begins.
setFlagsFromString('--semi-space-growth-factor=1');
// And garbage may lie for as long as the machine has room for it.
setFlagsFromString('--expose-gc');
setInterval(runInNewContext('gc'), 2_500).unref();
