import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// This module is loaded into every process whose memory is measured. It makes the process collect
// garbage, so that the measurement shows only live memory and leaks are visible.
//
// V8 doubles the space for young objects whenever as much as that has survived in it since the last
// time, up to its limit, under any load. Here the space keeps its initial size.
setFlagsFromString('--semi-space-growth-factor=1');
// V8 also defers garbage collection for as long as the machine has free memory.
setFlagsFromString('--expose-gc');
setInterval(runInNewContext('gc'), 2_500).unref();
