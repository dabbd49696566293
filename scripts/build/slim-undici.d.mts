import type { Plugin } from 'esbuild';

export declare const slimUndici: Plugin;
