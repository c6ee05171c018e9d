// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The roles of the network's access manager, beside its own ADMIN_ROLE (0)
library Roles {
    /// pauses and resumes the intake of DC and rentals, vetoes commits of rewards
    uint64 internal constant GUARDIAN = 1;
    /// mints BCT: held by EpochRewards
    uint64 internal constant MINTER = 2;
}
