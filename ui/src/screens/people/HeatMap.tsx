import { count } from "../../format/number";
import { strings } from "../../strings";

const words = strings.peoplePage;
const LEFT = 30;
const TOP = 14;
const CELL = 17;

/** Calls by hour and weekday: the larger a square, the more; the lighter part is what the signals leave aside. */
export function HeatMap({ all, counted, title }: { all: number[][]; counted: number[][]; title: string }) {
  const most = Math.max(1, ...all.flat());
  const side = (n: number) => (n === 0 ? 0 : Math.max(3, (CELL - 3) * Math.sqrt(n / most)));
  const total = all.flat().reduce((sum, n) => sum + n, 0);
  const square = (n: number, day: number, hour: number, kind: string) => {
    const size = side(n);
    return size === 0 ? null : <rect className={kind} x={LEFT + hour * CELL + (CELL - 2 - size) / 2} y={TOP + day * CELL + (CELL - 2 - size) / 2} width={size} height={size} rx={1.5} />;
  };
  return (
    <figure>
      <svg className="heat" viewBox={`0 0 ${String(LEFT + 24 * CELL)} ${String(TOP + 7 * CELL)}`} role="img" aria-label={words.heatLabel(title, total)}>
        {[0, 6, 12, 18].map((hour) => (
          <text key={hour} x={LEFT + hour * CELL} y={9}>
            {String(hour).padStart(2, "0")}:00
          </text>
        ))}
        {strings.overview.weekdays.map((name, day) => (
          <text key={name} x={0} y={TOP + day * CELL + 11}>
            {name}
          </text>
        ))}
        {all.map((hours, day) =>
          hours.map((n, hour) => (
            <g key={`${String(day)}-${String(hour)}`}>
              <title>{words.heatCell(strings.overview.weekdays[day] ?? "", hour, n, counted[day]?.[hour] ?? 0)}</title>
              <rect className="slot" x={LEFT + hour * CELL} y={TOP + day * CELL} width={CELL - 2} height={CELL - 2} rx={2} />
              {square(n, day, hour, "out")}
              {square(counted[day]?.[hour] ?? 0, day, hour, "fill")}
            </g>
          )),
        )}
      </svg>
      <figcaption className="heatkey">
        <span>
          <svg width="10" height="10" className="heat" style={{ display: "inline", width: 10 }} aria-hidden="true">
            <rect className="fill" width="10" height="10" rx="1.5" />
          </svg>
          {words.heatCounted}
        </span>
        <span>
          <svg width="10" height="10" className="heat" style={{ display: "inline", width: 10 }} aria-hidden="true">
            <rect className="out" width="10" height="10" rx="1.5" />
          </svg>
          {words.heatAside}
        </span>
        <span className="figures">{words.heatMost(most)}</span>
      </figcaption>
      <table className="hidden-but-read">
        <caption>{words.heatLabel(title, total)}</caption>
        <tbody>
          {all.map((hours, day) => (
            <tr key={day}>
              <th scope="row">{strings.overview.weekdays[day]}</th>
              {hours.map((n, hour) => (
                <td key={hour}>{count(n)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
