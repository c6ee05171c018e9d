// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {GpuRecords} from "contracts/src/GpuRecords.sol";
import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {Outages} from "contracts/src/libraries/Outages.sol";
import {GpuStatus, LeaveReason, OperatorMode} from "contracts/src/types/Types.sol";

/// @title GPU NFTs: their lives in and out of pools; see {IGpuNFT}
/// @dev Calls out only to contracts of the network, and mints without callback, so there is no guard against reentrancy.
contract GpuNFT is GpuRecords, AccessManaged {
    using Outages for Outages.Hours;

    IPoolRegistry public immutable POOLS;
    /// seconds from announcing an exit to leaving
    uint32 public immutable EXIT_DELAY;

    address public override market;
    uint256 private _gpuCount;
    /// @dev One more than the token's transfers when it was invited: an invitation doesn't outlive a sale.
    mapping(uint256 gpuId => mapping(uint256 poolId => uint256)) private _invitations;

    constructor(address manager, IOperatorRegistry operators, IPoolRegistry pools, uint16 royaltyBps, uint32 exitDelay)
        GpuRecords(operators, royaltyBps)
        AccessManaged(manager)
    {
        POOLS = pools;
        EXIT_DELAY = exitDelay;
    }

    /// @inheritdoc IGpuNFT
    function mint(uint256 poolId, address to, bytes32 uuidHash) external returns (uint256 gpuId) {
        uint256 operatorId = POOLS.operatorOf(poolId);
        if (!OPERATORS.canContribute(operatorId, msg.sender)) revert GpuNFT_CannotContribute(operatorId, msg.sender);
        bool isSelfPooled = OPERATORS.modeOf(operatorId) == OperatorMode.SELF_POOLED;
        if (isSelfPooled) _requireSelf(operatorId, to);
        if (uuidHash == 0) revert GpuNFT_ZeroUuid();
        if (gpuOf[uuidHash] != 0) revert GpuNFT_UuidTaken(uuidHash, gpuOf[uuidHash]);

        gpuId = ++_gpuCount;
        bytes32 modelId = POOLS.modelOf(poolId);
        _gpus[gpuId] = Gpu({
            poolId: SafeCast.toUint32(poolId),
            operatorId: SafeCast.toUint32(operatorId),
            status: GpuStatus.ACTIVE,
            isSelfPooled: isSelfPooled,
            mintedAt: SafeCast.toUint40(block.timestamp),
            exitAt: 0,
            offlineSince: 0,
            transferCount: 0,
            uuidHash: uuidHash,
            contributor: msg.sender,
            modelId: modelId
        });
        gpuOf[uuidHash] = gpuId;
        emit GpuMinted(gpuId, poolId, operatorId, to, msg.sender, modelId, uuidHash);
        _mint(to, gpuId);
    }

    /// @inheritdoc IGpuNFT
    function setStatus(uint256 gpuId, GpuStatus status) external {
        Gpu storage gpu = _requireLiving(gpuId);
        bool isRetiring = status == GpuStatus.RETIRED;
        if (isRetiring) {
            // not by the operator, who could bring an investor's GPU again as its own
            _checkAuthorized(_ownerOf(gpuId), msg.sender, gpuId);
        } else {
            if (gpu.poolId == 0) revert GpuNFT_NotPooled(gpuId);
            _requireCaretaker(gpuId, gpu.operatorId, gpu.contributor, status);
        }
        GpuStatus before = gpu.status;
        if (before == status) revert GpuNFT_SameStatus(gpuId, status);

        if (isRetiring) {
            delete gpuOf[gpu.uuidHash];
            _raiseCount(gpu);
        }
        _setStatus(gpuId, gpu, status);
        if (before == GpuStatus.ACTIVE) IMarketplace(market).onGpuInactive(gpuId);
        if (isRetiring) _requireUnbooked(gpuId);
    }

    /// @inheritdoc IGpuNFT
    function announceExit(uint256 gpuId) external {
        Gpu storage gpu = _requireLiving(gpuId);
        _requireOwner(gpuId);
        if (gpu.poolId == 0) revert GpuNFT_NotPooled(gpuId);
        if (gpu.exitAt != 0) revert GpuNFT_ExitAnnounced(gpuId, gpu.exitAt);
        gpu.exitAt = SafeCast.toUint40(block.timestamp + EXIT_DELAY);
        emit GpuExitAnnounced(gpuId, gpu.exitAt);
    }

    /// @inheritdoc IGpuNFT
    function cancelExit(uint256 gpuId) external {
        Gpu storage gpu = _requireLiving(gpuId);
        _requireOwner(gpuId);
        if (gpu.exitAt == 0) revert GpuNFT_NoExit(gpuId);
        gpu.exitAt = 0;
        emit GpuExitCancelled(gpuId);
    }

    /// @inheritdoc IGpuNFT
    function withdraw(uint256 gpuId) external {
        Gpu storage gpu = _requireLiving(gpuId);
        _requireOwner(gpuId);
        if (gpu.exitAt == 0) revert GpuNFT_NoExit(gpuId);
        if (block.timestamp < gpu.exitAt) revert GpuNFT_TooEarly(gpuId, gpu.exitAt);
        _leavePool(gpuId, gpu, LeaveReason.WITHDRAWN);
    }

    /// @inheritdoc IGpuNFT
    function release(uint256 gpuId) external {
        Gpu storage gpu = _requireLiving(gpuId);
        if (gpu.poolId == 0) revert GpuNFT_NotPooled(gpuId);
        uint256 operatorId = gpu.operatorId;
        OPERATORS.requireOperator(operatorId, msg.sender);
        OperatorMode mode = OPERATORS.modeOf(operatorId);
        if (mode != OperatorMode.DISTRIBUTED) revert GpuNFT_NotDistributed(operatorId, mode);
        if (OPERATORS.canContribute(operatorId, gpu.contributor)) revert GpuNFT_InGoodStanding(gpuId, gpu.contributor);
        _leavePool(gpuId, gpu, LeaveReason.RELEASED);
    }

    /// @inheritdoc IGpuNFT
    function invite(uint256 gpuId, uint256 poolId) external {
        Gpu storage gpu = _requireLiving(gpuId);
        uint256 operatorId = POOLS.operatorOf(poolId);
        OPERATORS.requireOperator(operatorId, msg.sender);
        _invitations[gpuId][poolId] = uint256(gpu.transferCount) + 1;
        emit GpuInvited(gpuId, poolId, operatorId);
    }

    /// @inheritdoc IGpuNFT
    function joinPool(uint256 gpuId, uint256 poolId) external {
        Gpu storage gpu = _requireLiving(gpuId);
        _requireOwner(gpuId);
        if (gpu.poolId != 0) revert GpuNFT_Pooled(gpuId, gpu.poolId);
        uint256 operatorId = POOLS.operatorOf(poolId);
        bytes32 poolModelId = POOLS.modelOf(poolId);
        if (gpu.modelId != poolModelId) revert GpuNFT_OtherModel(gpuId, gpu.modelId, poolModelId);
        if (!isInvited(gpuId, poolId) && !OPERATORS.canContribute(operatorId, msg.sender)) {
            revert GpuNFT_CannotContribute(operatorId, msg.sender);
        }
        bool isSelfPooled = OPERATORS.modeOf(operatorId) == OperatorMode.SELF_POOLED;
        if (isSelfPooled) _requireSelf(operatorId, msg.sender);

        delete _invitations[gpuId][poolId];
        gpu.poolId = SafeCast.toUint32(poolId);
        gpu.operatorId = SafeCast.toUint32(operatorId);
        gpu.isSelfPooled = isSelfPooled;
        gpu.contributor = msg.sender;
        _raiseCount(gpu);
        emit GpuJoinedPool(gpuId, poolId, operatorId, msg.sender);
        _setStatus(gpuId, gpu, GpuStatus.ACTIVE);
    }

    /// @inheritdoc IGpuNFT
    function setMarket(address market_) external restricted {
        if (market != address(0)) revert GpuNFT_MarketSet(market);
        market = market_;
        emit MarketSet(market_);
    }

    /// @inheritdoc IGpuNFT
    function isInvited(uint256 gpuId, uint256 poolId) public view returns (bool) {
        return _invitations[gpuId][poolId] == uint256(_requireGpu(gpuId).transferCount) + 1;
    }

    /// @dev On-demand is a booking too: who is funded isn't kicked off. Spot is ended.
    function _leavePool(uint256 gpuId, Gpu storage gpu, LeaveReason reason) private {
        _requireUnbooked(gpuId);
        IMarketplace(market).onGpuInactive(gpuId);
        (uint256 poolId, uint256 operatorId) = (gpu.poolId, gpu.operatorId);
        (gpu.poolId, gpu.operatorId, gpu.isSelfPooled, gpu.exitAt) = (0, 0, false, 0);
        _raiseCount(gpu);
        emit GpuLeftPool(gpuId, poolId, operatorId, reason);
        if (gpu.status == GpuStatus.ACTIVE) _setStatus(gpuId, gpu, GpuStatus.OFFLINE);
        else emit MetadataUpdate(gpuId);
    }

    /// @dev Keeps the account of the hours lost; `status` isn't the present one.
    function _setStatus(uint256 gpuId, Gpu storage gpu, GpuStatus status) private {
        if (gpu.status == GpuStatus.ACTIVE) {
            gpu.offlineSince = SafeCast.toUint40(block.timestamp);
        } else if (status == GpuStatus.ACTIVE) {
            _outages[gpuId].mark(gpu.offlineSince, block.timestamp);
            gpu.offlineSince = 0;
        }
        gpu.status = status;
        emit GpuStatusSet(gpuId, status);
        emit MetadataUpdate(gpuId);
    }

    /// @dev Under a distributed operator only does who brought a GPU run it: whoever sells a business must not go on
    /// switching its GPUs. And a member that was kicked can't keep the operator from letting its GPU go.
    function _requireCaretaker(uint256 gpuId, uint256 operatorId, address contributor, GpuStatus status) private view {
        if (msg.sender == OPERATORS.ownerOf(operatorId)) return;
        bool isRunning = msg.sender == contributor && OPERATORS.modeOf(operatorId) == OperatorMode.DISTRIBUTED;
        bool isTrusted = status == GpuStatus.OFFLINE || OPERATORS.canContribute(operatorId, msg.sender);
        if (!isRunning || !isTrusted) revert GpuNFT_NotCaretaker(gpuId, msg.sender);
    }

    function _requireOwner(uint256 gpuId) private view {
        if (_ownerOf(gpuId) != msg.sender) revert GpuNFT_NotOwner(gpuId, msg.sender);
    }

    function _requireUnbooked(uint256 gpuId) private view {
        if (IMarketplace(market).hasBookings(gpuId)) revert GpuNFT_Booked(gpuId);
    }
}
