import type { ToolPattern } from "../../bindings/ToolPattern";

export type Tool = { key: string; tool: string; service: string | null };
export type Matrix = { agents: string[]; tools: Tool[]; cells: Map<string, ToolPattern> };

const toolKey = (cell: ToolPattern) => `${cell.service ?? ""}/${cell.tool}`;
export const cellKey = (cell: ToolPattern) => `${cell.agent}/${toolKey(cell)}`;

/** Agents and tools with most calls first, so that what matters stands at the top left. */
export function matrix(cells: ToolPattern[]): Matrix {
  const [byAgent, byTool, found] = [new Map<string, number>(), new Map<string, { tool: Tool; calls: number }>(), new Map<string, ToolPattern>()];
  for (const cell of cells) {
    const key = toolKey(cell);
    byAgent.set(cell.agent, (byAgent.get(cell.agent) ?? 0) + cell.calls);
    const tool = byTool.get(key) ?? { tool: { key, tool: cell.tool, service: cell.service }, calls: 0 };
    byTool.set(key, { ...tool, calls: tool.calls + cell.calls });
    found.set(`${cell.agent}\n${key}`, cell);
  }
  return {
    agents: [...byAgent].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([agent]) => agent),
    tools: [...byTool.values()].sort((a, b) => b.calls - a.calls || (a.tool.key < b.tool.key ? -1 : 1)).map(({ tool }) => tool),
    cells: found,
  };
}
