// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Deployment, Network, Params} from "contracts/script/Deployment.sol";

/// @title Deploys networks for the tests
/// @dev Tests load it as an artifact: were each of them to contain all contracts, the build would take a quarter longer.
contract NetworkFactory is Deployment {
    function deploy(Params memory p) external returns (Network memory) {
        return _deploy(p, address(this));
    }
}
