// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {ComputeToken} from "contracts/src/ComputeToken.sol";
import {DataCredits} from "contracts/src/DataCredits.sol";
import {EpochRewards} from "contracts/src/EpochRewards.sol";
import {Exchange} from "contracts/src/Exchange.sol";
import {GpuNFT} from "contracts/src/GpuNFT.sol";
import {Marketplace} from "contracts/src/Marketplace.sol";
import {OperatorRegistry} from "contracts/src/OperatorRegistry.sol";
import {PoolRegistry} from "contracts/src/PoolRegistry.sol";
import {PriceFeed} from "contracts/src/PriceFeed.sol";
import {ReportedPriceFeed} from "contracts/src/ReportedPriceFeed.sol";
import {TimeSlots} from "contracts/src/TimeSlots.sol";
import {ITradedToken} from "contracts/src/interfaces/ITradedToken.sol";
import {Roles} from "contracts/src/libraries/Roles.sol";
import {RewardsConfig} from "contracts/src/types/Types.sol";

/// @notice What can differ between two networks. BCT with 18 decimals, DC with 6, prices (USD per BCT) with 8; times and
/// delays in seconds.
struct Params {
    address admin;
    /// how long each act of the admin must be announced before it is done
    uint32 adminDelay;
    address guardian;
    address treasury;
    uint256 genesisSupply;
    address[] reporters;
    uint256 quorum;
    uint256 initialPrice;
    uint16 maxStepBps;
    uint32 stepInterval;
    uint32 maxReportAge;
    uint64 minPrice;
    uint64 maxPrice;
    uint32 maxPriceAge;
    uint128 mintCapacity;
    uint32 mintWindow;
    /// the operator's part of a GPU's sale
    uint16 royaltyBps;
    /// the operator's part of a time slot's sale
    uint16 slotRoyaltyBps;
    /// zero for the last whole multiple of `epochLength`, so that epochs of a day begin at midnight UTC
    uint64 genesisTime;
    uint64 epochLength;
    /// epochs from scheduling a share rule to its start
    uint32 sharesNotice;
    /// seconds from announcing a GPU's exit to leaving; shorter than the notice, so that an owner can leave before
    uint32 exitDelay;
    RewardsConfig rewards;
}

/// @notice The contracts of one network.
struct Network {
    AccessManager manager;
    ComputeToken token;
    ReportedPriceFeed reportedFeed;
    PriceFeed priceFeed;
    DataCredits credits;
    OperatorRegistry operators;
    PoolRegistry pools;
    GpuNFT gpus;
    EpochRewards rewards;
    Marketplace market;
    TimeSlots slots;
    Exchange exchange;
}

/// @title Deploys and wires a network; the same code for the script and for the tests
abstract contract Deployment {
    /// @notice A parameter that must name somebody is zero.
    error Deployment_ZeroAddress(string parameter);
    /// @notice A GPU couldn't leave within the notice of new shares.
    error Deployment_ExitTooSlow(uint256 exitDelay, uint256 noticeTime);

    /// @param deployer whoever the calls come from; keeps no right unless it is the admin
    function _deploy(Params memory p, address deployer) internal returns (Network memory n) {
        _requireAddresses(p);
        n.manager = new AccessManager(deployer);
        address manager = address(n.manager);
        n.token = new ComputeToken(manager, p.treasury, p.genesisSupply);
        n.reportedFeed = new ReportedPriceFeed(
            manager, p.reporters, p.quorum, p.initialPrice, p.maxStepBps, p.stepInterval, p.maxReportAge
        );
        n.priceFeed = new PriceFeed(n.reportedFeed, p.minPrice, p.maxPrice, p.maxPriceAge);
        n.credits = new DataCredits(
            manager, n.token, n.priceFeed, p.mintCapacity, p.mintWindow, _genesisTime(p), p.epochLength
        );
        n.rewards = new EpochRewards(manager, n.token, n.credits, p.rewards);
        n.operators = new OperatorRegistry();
        n.pools = new PoolRegistry(n.operators, _genesisTime(p), p.epochLength, p.sharesNotice);
        _requireExit(p);
        n.gpus = new GpuNFT(manager, n.operators, n.pools, p.royaltyBps, p.exitDelay);
        n.market = new Marketplace(manager, n.credits, n.rewards, n.priceFeed, n.gpus, n.pools);
        n.slots =
            new TimeSlots(n.market, n.credits, n.rewards, n.priceFeed, n.gpus, n.pools, n.operators, p.slotRoyaltyBps);
        n.credits.setKeepers(address(n.market), address(n.slots));
        n.rewards.setMeters(address(n.market), address(n.slots));
        n.market.setSlots(address(n.slots));
        n.gpus.setMarket(address(n.market));
        n.exchange = new Exchange(manager, ITradedToken(address(n.gpus)), ITradedToken(address(n.slots)));
        n.exchange.setCurrency(address(n.token), true);
        n.manager.multicall(_roleCalls(p, n, deployer));
    }

    /// @dev Roles come last and in one transaction: until it is done the deployer can do everything, after it nothing.
    function _roleCalls(Params memory p, Network memory n, address deployer)
        private
        pure
        returns (bytes[] memory calls)
    {
        uint64 admin = 0; // AccessManager.ADMIN_ROLE
        calls = new bytes[](p.admin == deployer ? 9 : 10);
        calls[0] = abi.encodeCall(IAccessManager.labelRole, (Roles.GUARDIAN, "GUARDIAN"));
        calls[1] = abi.encodeCall(IAccessManager.labelRole, (Roles.MINTER, "MINTER"));
        calls[2] = _bind(address(n.token), n.token.mint.selector, Roles.MINTER);
        calls[3] = _bind(address(n.credits), n.credits.setPaused.selector, Roles.GUARDIAN);
        calls[4] = _bind(address(n.market), n.market.setPaused.selector, Roles.GUARDIAN);
        calls[5] = _bind(address(n.rewards), n.rewards.veto.selector, Roles.GUARDIAN);
        calls[6] = abi.encodeCall(IAccessManager.grantRole, (Roles.GUARDIAN, p.guardian, 0));
        calls[7] = abi.encodeCall(IAccessManager.grantRole, (Roles.MINTER, address(n.rewards), 0));
        calls[8] = abi.encodeCall(IAccessManager.grantRole, (admin, p.admin, p.adminDelay));
        if (p.admin != deployer) calls[9] = abi.encodeCall(IAccessManager.renounceRole, (admin, deployer));
    }

    function _bind(address target, bytes4 selector, uint64 role) private pure returns (bytes memory) {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        return abi.encodeCall(IAccessManager.setTargetFunctionRole, (target, selectors, role));
    }

    function _genesisTime(Params memory p) private view returns (uint64) {
        if (p.genesisTime != 0 || p.epochLength == 0) return p.genesisTime;
        return uint64(block.timestamp) / p.epochLength * p.epochLength;
    }

    function _requireAddresses(Params memory p) private pure {
        if (p.admin == address(0)) revert Deployment_ZeroAddress("admin");
        if (p.guardian == address(0)) revert Deployment_ZeroAddress("guardian");
        if (p.treasury == address(0)) revert Deployment_ZeroAddress("treasury");
    }

    /// @dev What is scheduled at an epoch's end holds after one epoch less than the notice, which the registry has found to
    /// be at least one.
    function _requireExit(Params memory p) private pure {
        uint256 noticeTime = uint256(p.sharesNotice - 1) * p.epochLength;
        if (p.exitDelay >= noticeTime) revert Deployment_ExitTooSlow(p.exitDelay, noticeTime);
    }
}
