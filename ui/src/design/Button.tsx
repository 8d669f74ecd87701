import { Button as AriaButton, type ButtonProps } from "react-aria-components";
import "./controls.css";

type Props = Omit<ButtonProps, "className"> & { look?: "first" | "bare"; size?: "large" | "icon"; testid?: string };

/** A push button. `first` is the one act that a place is for. */
export function Button({ look, size, testid, ...props }: Props) {
  return <AriaButton {...props} data-testid={testid} className={["button", look, size].filter(Boolean).join(" ")} />;
}
