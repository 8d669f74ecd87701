import type { PatternCell } from "../../bindings/PatternCell";

export type MatrixCell = { calls: number; patterns: { pattern: string; calls: number }[] };
export type Matrix = { agents: string[]; tools: string[]; cell: (agent: string, tool: string) => MatrixCell | undefined };

/** Agents by tools, the busiest first on both sides; each cell with its patterns, the commonest first. */
export function matrix(cells: PatternCell[]): Matrix {
  const found = new Map<string, Map<string, MatrixCell>>();
  const agents = new Map<string, number>();
  const tools = new Map<string, number>();
  for (const { agent, tool, pattern, calls } of cells) {
    agents.set(agent, (agents.get(agent) ?? 0) + calls);
    tools.set(tool, (tools.get(tool) ?? 0) + calls);
    const row = found.get(agent) ?? new Map<string, MatrixCell>();
    const cell = row.get(tool) ?? { calls: 0, patterns: [] };
    row.set(tool, {
      calls: cell.calls + calls,
      patterns: [...cell.patterns, { pattern, calls }].sort((a, b) => b.calls - a.calls || a.pattern.localeCompare(b.pattern)),
    });
    found.set(agent, row);
  }
  const busiest = (names: Map<string, number>) => [...names].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([name]) => name);
  return { agents: busiest(agents), tools: busiest(tools), cell: (agent, tool) => found.get(agent)?.get(tool) };
}
