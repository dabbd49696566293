import { globSync } from 'node:fs';
import type { ContractSubject } from './subject.ts';

/** Every vendor that has a loopback server with a contract: nothing has to be listed anywhere. */
export async function findSubjects(): Promise<readonly ContractSubject[]> {
  const support = new URL('../', import.meta.url);
  const files = globSync('*/contract.ts', { cwd: support }).toSorted();
  const modules = await Promise.all(
    files.map(async file => (await import(new URL(file, support).href)) as { readonly subject?: ContractSubject }),
  );
  return modules.map(({ subject }, at) => {
    if (!subject) throw new Error(`${files[at]} exports no subject`);
    return subject;
  });
}
