import type { AccountRow } from "../../bindings/AccountRow";
import type { PrincipalKind } from "../../design/marks";

/** The mark of an account: what the directory says it is, and that it is a robot only where structure says so too. */
export function accountMark(row: AccountRow): PrincipalKind {
  switch (row.kind) {
    case "person":
    case "human":
      return "human";
    case "agent":
      return "agent";
    case "service":
    case "system":
      return "service";
    case "shared":
      return "robot";
    case "unbacked":
      return row.verdict === "indicated" ? "robot" : "unknown";
    default:
      return "unknown";
  }
}
