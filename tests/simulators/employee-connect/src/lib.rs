//! The EmployeeConnect simulator.
