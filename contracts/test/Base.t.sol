// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Network, Params} from "contracts/script/Deployment.sol";
import {OperatorMode, Rates, RewardsConfig, ShareRule} from "contracts/src/types/Types.sol";
import {NetworkFactory} from "contracts/test/utils/NetworkFactory.sol";
import {Test} from "contracts/test/utils/TestKit.sol";

/// @title A deployed network with one operator, one pool and one GPU, by the code that deploys real ones
/// @dev Expected values in the tests are written out by hand from these: 1 BCT = 2 USD, 2.50 DC per hour.
abstract contract Base is Test {
    /// 2027-01-15 08:00:00 UTC, a third into its day
    uint64 internal constant START = 1_800_000_000;
    uint64 internal constant GENESIS = START - 8 hours;
    uint256 internal constant PRICE = 2e8;
    uint64 internal constant RATE = 2_500_000;

    address internal admin = makeAddr("admin");
    address internal guardian = makeAddr("guardian");
    address internal treasury = makeAddr("treasury");
    address internal owner = makeAddr("operator's owner");
    address internal alice = makeAddr("alice");
    address internal bob = makeAddr("bob");
    address internal stranger = makeAddr("stranger");
    address[] internal reporters;

    NetworkFactory internal deployer;
    Network internal network;
    uint256 internal operatorId;
    uint256 internal poolId;
    uint256 internal gpuId;

    function setUp() public virtual {
        vm.warp(START);
        for (uint256 i; i < 5; ++i) {
            reporters.push(makeAddr(string.concat("reporter ", vm.toString(i))));
        }
        deployer = NetworkFactory(deployCode(_artifact("NetworkFactory")));
        network = deployer.deploy(_params());
        operatorId = _register(OperatorMode.SINGLE_SOURCE);
        poolId = _createPool(operatorId, RATE);
        gpuId = _mintGpu(poolId, "gpu 1");
    }

    function _params() internal view virtual returns (Params memory) {
        return Params({
            admin: admin,
            adminDelay: 0,
            guardian: guardian,
            treasury: treasury,
            genesisSupply: 1e27,
            reporters: reporters,
            quorum: 3,
            initialPrice: PRICE,
            maxStepBps: 1000,
            stepInterval: 60,
            maxReportAge: 600,
            minPrice: 1e6,
            maxPrice: 100e8,
            maxPriceAge: 600,
            mintCapacity: 1_000_000e6,
            mintWindow: 1 days,
            royaltyBps: 250,
            slotRoyaltyBps: 100,
            genesisTime: 0,
            epochLength: 1 days,
            sharesNotice: 7,
            exitDelay: 3 days,
            rewards: _rewardsConfig()
        });
    }

    function _rewardsConfig() internal pure returns (RewardsConfig memory) {
        address[] memory oracles = new address[](1);
        oracles[0] = address(uint160(uint256(keccak256("oracle"))));
        return RewardsConfig({
            initialEmission: 1000e18,
            halvingEpochs: 730,
            reEmissionCap: 500e18,
            kappaBps: 10_000,
            challengeWindow: 1 days,
            oracles: oracles,
            quorum: 1
        });
    }

    function _register(OperatorMode mode) internal returns (uint256) {
        vm.prank(owner);
        return network.operators.register(mode, "Campanile Compute", "ipfs://campanile");
    }

    function _createPool(uint256 operatorId_, uint64 onDemand) internal returns (uint256) {
        vm.prank(owner);
        return network.pools
            .createPool(operatorId_, "NVIDIA H100 80GB HBM3", "us-west", _rates(onDemand), ShareRule(1500, 7000, 1500));
    }

    function _rates(uint64 onDemand) internal pure returns (Rates memory) {
        return Rates({spot: onDemand / 2 + 1, onDemand: onDemand, reserved: onDemand});
    }

    function _mintGpu(uint256 poolId_, string memory uuid) internal returns (uint256) {
        vm.prank(owner);
        return network.gpus.mint(poolId_, owner, keccak256(bytes(uuid)));
    }

    /// @dev Three of five reporters are a quorum.
    function _report(uint256 price) internal {
        for (uint256 i; i < 3; ++i) {
            vm.prank(reporters[i]);
            network.reportedFeed.report(price);
        }
    }

    /// @dev What no honest feed would say.
    function _answer(int256 answer, uint256 updatedAt) internal {
        bytes memory round = abi.encode(uint80(7), answer, updatedAt, updatedAt, uint80(7));
        vm.mockCall(address(network.reportedFeed), abi.encodeCall(network.reportedFeed.latestRoundData, ()), round);
    }

    /// @dev BCT with which to buy, already approved.
    function _giveBct(address account, uint256 bctAmount) internal {
        vm.prank(treasury);
        network.token.transfer(account, bctAmount);
        vm.prank(account);
        network.token.approve(address(network.credits), bctAmount);
    }

    /// @dev At 2 USD per BCT half as many BCT; needs a fresh price.
    function _giveDc(address account, uint256 dcAmount) internal {
        _giveBct(account, dcAmount * 1e12);
        vm.prank(account);
        network.credits.mintExactFor(account, dcAmount, type(uint256).max, 0);
    }

    /// @dev Buys the DC and puts them all into escrow.
    function _rent(address customer, uint256 gpuId_, uint256 escrowDc) internal returns (uint256) {
        _giveDc(customer, escrowDc);
        vm.prank(customer);
        return network.market.rentOnDemand(gpuId_, escrowDc, type(uint64).max);
    }
}
