/**
 * A peer from bench/node_modules. By a variable name, so that the project's types need no peers installed.
 * @throws where it is not installed; the bench then names it as missing.
 */
export const importPeer = async <T>(name: string): Promise<T> => (await import(name)) as T;
