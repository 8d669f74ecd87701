//! Correlation hints (DESIGN section 5.3): where run ids hide. Hints are data; a case may add its own.
