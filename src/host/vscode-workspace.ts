import * as vscode from 'vscode';
import type { Log } from '../core/log.ts';
import { createLocalWorkspace } from '../tools/local-workspace.ts';
import { probeRipgrep } from '../tools/probe-ripgrep.ts';
import { ToolFailure } from '../tools/tool.ts';
import type { Workspace } from '../tools/workspace.ts';

/** The folders that are open right now. Made anew when they change, so that a turn sees one state of them. */
export function openWorkspace(log: Log): Workspace {
  const roots = (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ name, uri }) => ({ name, path: uri.fsPath }));
  if (roots.length === 0) return noWorkspace;
  return createLocalWorkspace({ roots, ripgrepPath: () => probeRipgrep(vscode.env.appRoot), log });
}

const refuse = (): Promise<never> => Promise.reject(new ToolFailure('No folder is open.'));
const noWorkspace: Workspace = { roots: [], readFile: refuse, listFiles: refuse, searchText: refuse };
