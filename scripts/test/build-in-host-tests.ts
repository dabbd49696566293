import { globSync } from 'node:fs';
import { ROOT } from '../host/folders.ts';
import { bundleInHostTests } from './bundle-in-host.ts';

await bundleInHostTests(globSync('test/host/**/*.test.ts', { cwd: ROOT }));
