/** The solution of a system of linear equations whose matrix is symmetric and positive definite (Cholesky). */
export function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const lower: number[][] = [];
  for (const [row, values] of matrix.entries()) {
    const line = (lower[row] = values.map(() => 0));
    for (let column = 0; column <= row; column++) {
      let rest = values[column]!;
      for (let at = 0; at < column; at++) rest -= line[at]! * lower[column]![at]!;
      line[column] = row === column ? Math.sqrt(rest) : rest / lower[column]![column]!;
    }
  }
  const forth: number[] = [];
  for (const [row, value] of right.entries())
    forth[row] = (value - sumUpTo(row, at => lower[row]![at]! * forth[at]!)) / lower[row]![row]!;
  const back: number[] = [];
  for (let row = right.length - 1; row >= 0; row--) {
    let rest = forth[row]!;
    for (let at = row + 1; at < right.length; at++) rest -= lower[at]![row]! * back[at]!;
    back[row] = rest / lower[row]![row]!;
  }
  return back;
}

function sumUpTo(end: number, of: (at: number) => number): number {
  let sum = 0;
  for (let at = 0; at < end; at++) sum += of(at);
  return sum;
}
