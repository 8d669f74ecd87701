import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./design/base.css";
import "./design/controls.css";
import { router } from "./router";
import { CaseProvider } from "./state/case";
import { PathsProvider } from "./state/paths";
import { PreferencesProvider } from "./state/preferences";
import { queryClient } from "./state/queries";
import { WorkProvider } from "./state/work";

const place = document.getElementById("window");
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <PreferencesProvider>
          <PathsProvider>
            <CaseProvider>
              <WorkProvider>
                <RouterProvider router={router} />
              </WorkProvider>
            </CaseProvider>
          </PathsProvider>
        </PreferencesProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
