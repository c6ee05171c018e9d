// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ScriptBase} from "forge-std/Base.sol";
import {Deployment, Network, Params} from "contracts/script/Deployment.sol";
import {ParamsReader} from "contracts/script/ParamsReader.sol";

/// @title Deploys a network and writes down where it is
/// @notice DEPLOYMENT_PARAMS: path of the parameters, by default those of the chain's id.
/// DEPLOYMENT_OUT: path of the JSON written, by default contracts/deployments/<chainid>.json.
contract Deploy is ScriptBase, Deployment {
    string private constant LIST = "contracts";
    string private constant ROOT = "deployment";

    function run() external returns (Network memory n) {
        string memory id = vm.toString(block.chainid);
        string memory paramsPath =
            vm.envOr("DEPLOYMENT_PARAMS", string.concat("contracts/deployments/params/", id, ".json"));
        Params memory p = ParamsReader.read(vm, paramsPath);
        // The chain may move on before the first transaction lands: a lower bound, exact where each one gets its block.
        uint256 startBlock = vm.getBlockNumber() + 1;

        vm.startBroadcast();
        n = _deploy(p, msg.sender);
        vm.stopBroadcast();

        string memory outPath = vm.envOr("DEPLOYMENT_OUT", string.concat("contracts/deployments/", id, ".json"));
        _write(n, startBlock, outPath);
    }

    function _write(Network memory n, uint256 startBlock, string memory path) private {
        vm.serializeAddress(LIST, "AccessManager", address(n.manager));
        vm.serializeAddress(LIST, "ComputeToken", address(n.token));
        vm.serializeAddress(LIST, "DataCredits", address(n.credits));
        vm.serializeAddress(LIST, "EpochRewards", address(n.rewards));
        vm.serializeAddress(LIST, "Exchange", address(n.exchange));
        vm.serializeAddress(LIST, "GpuNFT", address(n.gpus));
        vm.serializeAddress(LIST, "Marketplace", address(n.market));
        vm.serializeAddress(LIST, "OperatorRegistry", address(n.operators));
        vm.serializeAddress(LIST, "PoolRegistry", address(n.pools));
        vm.serializeAddress(LIST, "PriceFeed", address(n.priceFeed));
        vm.serializeAddress(LIST, "ReportedPriceFeed", address(n.reportedFeed));
        string memory list = vm.serializeAddress(LIST, "TimeSlots", address(n.slots));

        vm.serializeUint(ROOT, "chainId", block.chainid);
        vm.serializeUint(ROOT, "startBlock", startBlock);
        vm.serializeUint(ROOT, "genesisTime", n.rewards.genesisTime());
        vm.serializeUint(ROOT, "epochLength", n.rewards.epochLength());
        vm.writeJson(vm.serializeString(ROOT, "contracts", list), path);
    }
}
