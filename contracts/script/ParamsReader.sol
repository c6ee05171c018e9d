// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Vm} from "forge-std/Vm.sol";
import {Params} from "contracts/script/Deployment.sol";
import {RewardsConfig} from "contracts/src/types/Types.sol";

/// @title Reads a network's parameters from JSON, each by its name in {Params}
/// @dev Amounts stand as decimal text, because JSON's numbers lose digits beyond 2^53.
library ParamsReader {
    using SafeCast for uint256;

    function read(Vm vm, string memory path) internal view returns (Params memory p) {
        string memory json = vm.readFile(path);
        p.admin = vm.parseJsonAddress(json, ".admin");
        p.adminDelay = vm.parseJsonUint(json, ".adminDelay").toUint32();
        p.guardian = vm.parseJsonAddress(json, ".guardian");
        p.treasury = vm.parseJsonAddress(json, ".treasury");
        p.genesisSupply = vm.parseJsonUint(json, ".genesisSupply");
        p.reporters = vm.parseJsonAddressArray(json, ".reporters");
        p.quorum = vm.parseJsonUint(json, ".quorum");
        p.initialPrice = vm.parseJsonUint(json, ".initialPrice");
        p.maxStepBps = vm.parseJsonUint(json, ".maxStepBps").toUint16();
        p.stepInterval = vm.parseJsonUint(json, ".stepInterval").toUint32();
        p.maxReportAge = vm.parseJsonUint(json, ".maxReportAge").toUint32();
        p.minPrice = vm.parseJsonUint(json, ".minPrice").toUint64();
        p.maxPrice = vm.parseJsonUint(json, ".maxPrice").toUint64();
        p.maxPriceAge = vm.parseJsonUint(json, ".maxPriceAge").toUint32();
        p.mintCapacity = vm.parseJsonUint(json, ".mintCapacity").toUint128();
        p.mintWindow = vm.parseJsonUint(json, ".mintWindow").toUint32();
        p.royaltyBps = vm.parseJsonUint(json, ".royaltyBps").toUint16();
        p.slotRoyaltyBps = vm.parseJsonUint(json, ".slotRoyaltyBps").toUint16();
        p.genesisTime = vm.parseJsonUint(json, ".genesisTime").toUint64();
        p.epochLength = vm.parseJsonUint(json, ".epochLength").toUint64();
        p.sharesNotice = vm.parseJsonUint(json, ".sharesNotice").toUint32();
        p.exitDelay = vm.parseJsonUint(json, ".exitDelay").toUint32();
        p.rewards = _rewards(vm, json);
    }

    function _rewards(Vm vm, string memory json) private pure returns (RewardsConfig memory r) {
        r.initialEmission = vm.parseJsonUint(json, ".rewards.initialEmission").toUint128();
        r.halvingEpochs = vm.parseJsonUint(json, ".rewards.halvingEpochs").toUint32();
        r.reEmissionCap = vm.parseJsonUint(json, ".rewards.reEmissionCap").toUint128();
        r.kappaBps = vm.parseJsonUint(json, ".rewards.kappaBps").toUint16();
        r.challengeWindow = vm.parseJsonUint(json, ".rewards.challengeWindow").toUint32();
        r.oracles = vm.parseJsonAddressArray(json, ".rewards.oracles");
        r.quorum = vm.parseJsonUint(json, ".rewards.quorum");
    }
}
